package io.github.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.checkpoint.Precision;
import io.github.pleas.data.DataLocation;
import io.github.pleas.layout.Heads;
import io.github.pleas.merge.MergeOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MergePageTest {
  private static final Set<String> VOID = Set.of("meta", "br", "hr", "link", "img", "!doctype");

  @TempDir private Path folder;

  private MergeReport report() throws IOException {
    Path dataA = Demo.folder(Demo.ZIP_A, folder.resolve("<b>&\"clothes\""), 3, 3);
    Path dataB = Demo.folder(Demo.ZIP_B, folder.resolve("shoes"), 3, 3);
    MergeRequest request =
        new MergeRequest(
            Demo.A,
            Demo.B,
            List.of(DataLocation.of(dataA), DataLocation.of(dataB)),
            MergeOptions.defaults(Heads.separate("a", "b")),
            10,
            new ImageOptions(),
            true,
            Optional.empty(),
            Precision.KEEP,
            folder.resolve("{{layers}}<i>.onnx"),
            folder.resolve("report.json"));
    return new MergeRun(request, Progress.lines(new PrintWriter(new StringWriter()))).run();
  }

  @Test
  void thePageIsWholeSafeAndSaysWhatTheTableSays() throws IOException {
    MergeReport report = report();
    String html = new MergePage(report).html();
    assertThat(html)
        .contains("<title>pleas: {{layers}}&lt;i&gt;.onnx</title>")
        .contains("&lt;b&gt;&amp;&quot;clothes&quot;")
        .doesNotContain("<b>", "{{table}}", "{{how}}");
    for (List<String> row : new MergeTable(report).table().rows()) {
      assertThat(row).allSatisfy(cell -> assertThat(html).contains(MergePage.escape(cell)));
    }
    assertThat(html)
        .contains(String.format(Locale.ROOT, "%.3f", report.result().layers().get(0).residual()));
    assertThat(html)
        .doesNotContain("http:", "https:", "src=", "href=", "@import", "url(", "<script");
    assertBalanced(html);
    assertThat(Files.exists(report.request().out())).isTrue();
  }

  private static void assertBalanced(String html) {
    Deque<String> open = new ArrayDeque<>();
    Matcher tag = Pattern.compile("<(/?)([a-z!][a-z0-9]*)[^>]*>").matcher(html);
    while (tag.find()) {
      if (VOID.contains(tag.group(2))) {
        continue;
      }
      if (tag.group(1).isEmpty()) {
        open.push(tag.group(2));
      } else {
        assertThat(open.poll()).as("closing at " + tag.start()).isEqualTo(tag.group(2));
      }
    }
    assertThat(open).isEmpty();
  }
}
