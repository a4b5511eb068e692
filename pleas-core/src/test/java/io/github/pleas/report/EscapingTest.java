package io.github.pleas.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.Test;

/** Whatever a name holds, it is a text in the page: no more and no less. */
class EscapingTest {
  /** Texts made of what HTML and scripts look for. */
  @Provide
  Arbitrary<String> hostile() {
    return Arbitraries.of(
            "<", ">", "</", "script", "<!--", "-->", "\"", "'", "&", "&lt;", ";", "=", " ", "/",
            "]]>", "\\", "\\u003c", "onload", "x", "é", "\u2028", "{{a}}")
        .list()
        .ofMaxSize(12)
        .map(parts -> String.join("", parts));
  }

  @Property(tries = 300)
  void aTextComesBackFromContentAndFromAttributes(@ForAll("hostile") String text) {
    Html html = new Html().element("p", text, "title", text, "id", "p");
    Document document = Jsoup.parse("<body>" + html + "</body>");
    Element found = document.getElementById("p");
    assertThat(found).isNotNull();
    assertThat(found.wholeText()).isEqualTo(text);
    assertThat(found.attr("title")).isEqualTo(text);
    assertThat(document.body().getAllElements()).hasSize(2);
  }

  @Property(tries = 300)
  void noTextEndsTheScriptThatItStandsIn(@ForAll("hostile") String text) throws IOException {
    String json = ScriptJson.of(Map.of(text, List.of(text, 1)));
    Document document = Jsoup.parse("<script type=\"application/json\">" + json + "</script>");
    assertThat(document.getElementsByTag("script")).hasSize(1);
    assertThat(document.body().childNodeSize()).isZero();
    assertThat(json).doesNotContain("<", ">", "&", "\u2028");
    String data = document.getElementsByTag("script").get(0).data();
    assertThat(JSON.std.mapFrom(data)).isEqualTo(Map.of(text, List.of(text, 1)));
  }

  @Test
  void whatTurnsTheDirectionOfTextIsShownAsSuch() {
    assertThat(Html.escape("a\u202eb\u0000c\u200bd")).isEqualTo("a\ufffdb\ufffdc\ufffdd");
  }

  @Test
  void anElementThatIsLeftOpenIsADefect() {
    assertThatThrownBy(() -> new Html().open("p").toString()).hasMessageContaining("not closed");
  }
}
