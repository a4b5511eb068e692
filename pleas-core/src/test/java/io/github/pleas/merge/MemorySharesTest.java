package io.github.pleas.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.InvalidInputException;
import io.github.pleas.network.Network;
import io.github.pleas.network.SmallNetworks;
import io.github.pleas.runtime.Device;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemorySharesTest {
  private static final long MEGABYTE = 1L << 20;
  private static final Network A = SmallNetworks.RESIDUAL.network(1);
  private static final Network B = SmallNetworks.RESIDUAL.network(2);

  private static MemoryShares shares(long limit, long heap, double widening, Device device) {
    return MemoryShares.of(
        MemoryLimit.ofProcess(limit * MEGABYTE), heap * MEGABYTE, A, B, widening, device);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cpu", "cuda"})
  void whatAllMayTakeTogetherIsTheLimit(String name) {
    Device device = Device.of(name);
    long before = 0;
    for (long limit = 1000; limit < 200_000; limit += 777) {
      MemoryShares shares = shares(limit, 300, 2, device);
      assertThat(shares.heap() + shares.working() + shares.tensors()).isEqualTo(limit * MEGABYTE);
      assertThat(shares.batch()).isPositive().isLessThan(shares.working());
      assertThat(shares.tensors()).as("more for more").isGreaterThan(before);
      before = shares.tensors();
    }
  }

  @Test
  void whatIsTooLittleIsRefusedAndWhatIsNamedInsteadIsEnough() {
    for (long heap : new long[] {100, 4000, 30_000}) {
      assertThatThrownBy(() -> shares(heap + 100, heap, 1, Device.CPU))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContainingAll(
              String.format("%,d MB of memory are too few", heap + 100),
              String.format("Java's heap may take %,d MB", heap),
              "-Xmx")
          .satisfies(
              refusal -> {
                Matcher least =
                    Pattern.compile("give ([0-9,]+) MB or more")
                        .matcher(String.valueOf(refusal.getMessage()));
                assertThat(least.find()).isTrue();
                long enough = Long.parseLong(least.group(1).replace(",", ""));
                assertThat(shares(enough, heap, 1, Device.CPU).tensors()).isPositive();
                // The pleas scripts set the heap to half of what they are told, and Java rounds.
                long half = enough / 2 + 1 & ~1;
                assertThat(shares(enough, half, 1, Device.CPU).tensors()).isPositive();
                long set = Math.max(heap, (enough - 200) / 2);
                assertThatThrownBy(() -> shares(enough - 200, set, 1, Device.CPU))
                    .isInstanceOf(InvalidInputException.class);
              });
    }
  }

  @Test
  void aLimitOfTensorsIsForTensorsAloneHoweverSmall() {
    MemoryShares shares =
        MemoryShares.of(MemoryLimit.ofTensors(1), 99 * MEGABYTE, A, B, 1, Device.CPU);
    assertThat(shares.tensors()).isEqualTo(1);
    assertThat(shares.batch()).isEqualTo(BatchLimit.bytes(Device.CPU, 1));
  }

  @Test
  void widerNetworksNeedMore() {
    assertThat(shares(2000, 300, 2, Device.CPU).working())
        .isGreaterThan(shares(2000, 300, 1, Device.CPU).working());
  }
}
