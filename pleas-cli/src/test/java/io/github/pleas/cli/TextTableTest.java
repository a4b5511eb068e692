package io.github.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class TextTableTest {
  @Test
  void numbersStandRightAndWordsLeft() {
    TextTable table = new TextTable(List.of("layer", "reads", "MACs", "share"));
    table.row(List.of("a", "input 3", "1,234", "97.50 %"));
    table.row(List.of("longer", "b 16", "56", "-"));
    assertThat(table.toString().lines())
        .containsExactly(
            "layer   reads     MACs    share",
            "-------------------------------",
            "a       input 3  1,234  97.50 %",
            "longer  b 16        56        -");
  }

  @Test
  void whatATerminalWouldActOnIsReplaced() {
    TextTable table = new TextTable(List.of("layer"));
    table.row(List.of("\u001b[2Jgone\u202e\u0007"));
    assertThat(table.rows().get(1)).containsExactly("?[2Jgone??");
    assertThat(Printable.of("two\nlines\tof a name\u0085")).isEqualTo("two\nlines\tof a name?");
  }

  @Test
  void aRowHasAsManyCellsAsTheHeader() {
    TextTable table = new TextTable(List.of("one", "two"));
    assertThatThrownBy(() -> table.row(List.of("1"))).hasMessage("a row of 1 cells under 2 titles");
  }
}
