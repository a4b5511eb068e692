package io.github.pleas.report;

import java.util.ArrayList;
import java.util.List;

/**
 * A part of the page.
 *
 * @param id where the page's list of contents leads
 * @param title its heading
 * @param body what it says
 * @param charts those in it
 */
record Section(String id, String title, Html body, List<Chart> charts) {
  Section {
    charts = List.copyOf(charts);
  }

  /** A section that grows. */
  static Builder of(String id, String title) {
    return new Builder(id, title);
  }

  /** What is to come. */
  static final class Builder {
    private final String id;
    private final String title;
    private final Html body = new Html();
    private final List<Chart> charts = new ArrayList<>();

    private Builder(String id, String title) {
      this.id = id;
      this.title = title;
    }

    Builder say(String sentence) {
      body.element("p", sentence).line();
      return this;
    }

    Builder heading(String text) {
      body.element("h3", text).line();
      return this;
    }

    Builder table(Table table) {
      body.add(table.html());
      return this;
    }

    /** A table that is opened to be read. */
    Builder folded(String summary, Table table) {
      body.open("details").element("summary", summary).add(table.html()).close().line();
      return this;
    }

    Builder add(Html part) {
      body.add(part);
      return this;
    }

    Builder chart(Chart chart) {
      body.add(chart.html());
      charts.add(chart);
      return this;
    }

    /** Charts beside each other where there is room. */
    Builder beside(Chart... all) {
      body.open("div", "class", "beside");
      for (Chart chart : all) {
        chart(chart);
      }
      body.close().line();
      return this;
    }

    Section end() {
      return new Section(id, title, body, charts);
    }
  }
}
