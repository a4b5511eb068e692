package io.github.pleas.experiment;

import io.github.pleas.budget.CostKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.DoubleStream;

/**
 * A metric against cost, a line for each method, as an SVG that needs nothing else: executed
 * multiply-accumulates, or parameters where budgets are in these.
 */
final class CurveChart {
  private static final int WIDTH = 920;
  private static final int HEIGHT = 480;
  private static final int LEFT = 64;
  private static final int RIGHT = 610;
  private static final int TOP = 48;
  private static final int BOTTOM = 424;
  private static final int LEGEND = 632;
  private static final int LINE = 20;

  /** Colours that are told apart also by those who see few (Okabe and Ito). */
  private static final List<String> COLOURS =
      List.of(
          "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#8c564b");

  private final Summary summary;
  private final Scope scope;
  private final Metric metric;
  private final List<Line> lines = new ArrayList<>();
  private final List<Reference> references;

  private record Point(double cost, double value, double spread) {}

  private record Line(String name, List<Point> points) {}

  CurveChart(Summary summary, Scope scope, Metric metric) {
    this.summary = summary;
    this.scope = scope;
    this.metric = metric;
    this.references =
        summary.pairs(scope) < scope.pairs().size()
            ? List.of()
            : Reference.of(summary, scope, metric).stream().filter(r -> r.cost() == 2).toList();
    for (Method method : summary.experiment().methods()) {
      lines.add(new Line(method.name(), points(method)));
    }
  }

  private List<Point> points(Method method) {
    List<Point> points = new ArrayList<>();
    for (double budget : summary.experiment().budgets()) {
      if (!scope.isSingle() && !summary.isWhole(scope, method, budget)) {
        continue; // a mean of other pairs than its neighbours
      }
      OptionalDouble cost = summary.own(scope, method, budget);
      summary
          .value(scope, method, budget, metric)
          .filter(any -> cost.isPresent())
          .ifPresent(
              value ->
                  points.add(
                      new Point(
                          cost.getAsDouble(), 100 * value.mean(), 100 * value.spread().orElse(0))));
    }
    return points;
  }

  /** Whether there is anything to draw. */
  boolean isEmpty() {
    return lines.stream().allMatch(line -> line.points().isEmpty());
  }

  String svg() {
    Axis x = Axis.of(all().flatMap(p -> DoubleStream.of(p.cost())), 1, 2);
    Axis y =
        Axis.of(
            DoubleStream.concat(
                all().flatMap(p -> DoubleStream.of(p.value() - p.spread(), p.value() + p.spread())),
                references.stream().mapToDouble(r -> 100 * r.value())),
            Double.POSITIVE_INFINITY,
            Double.NEGATIVE_INFINITY);
    Drawing drawing = new Drawing(x, y);
    drawing.frame();
    for (int i = 0; i < references.size(); i++) {
      drawing.reference(references.get(i), i);
    }
    for (int i = 0; i < lines.size(); i++) {
      drawing.line(lines.get(i), i);
    }
    return drawing.end();
  }

  private String costs() {
    return summary.experiment().cost() == CostKind.PARAMS
        ? "parameters in originals"
        : "multiply-accumulates in originals, as executed";
  }

  private Points all() {
    return () -> lines.stream().flatMap(line -> line.points().stream()).toList();
  }

  private interface Points {
    List<Point> list();

    default DoubleStream flatMap(Function<Point, DoubleStream> values) {
      return list().stream().flatMapToDouble(values);
    }
  }

  /** A range with round steps around some values. */
  record Axis(double low, double high, double step) {
    static Axis of(DoubleStream values, double least, double most) {
      double[] all = values.toArray();
      double low =
          DoubleStream.concat(DoubleStream.of(all), DoubleStream.of(least)).min().orElse(0);
      double high =
          DoubleStream.concat(DoubleStream.of(all), DoubleStream.of(most)).max().orElse(1);
      double span = Math.max(high - low, 1e-3);
      double step = Math.pow(10, Math.floor(Math.log10(span / 4)));
      for (double times : new double[] {1, 2, 5, 10}) {
        if (span / (step * times) <= 6) {
          step *= times;
          break;
        }
      }
      double from = step * Math.floor(low / step + 1e-9);
      // A head more than the budget does not make the axis a step longer.
      double to = step * Math.ceil(high / step - 0.02);
      return new Axis(from, to > from ? to : from + step, step);
    }

    double place(double value, double from, double to) {
      return from + (value - low) / (high - low) * (to - from);
    }

    List<Double> ticks() {
      List<Double> ticks = new ArrayList<>();
      for (int i = 0; low + i * step <= high + step / 1e6; i++) {
        ticks.add(low + i * step);
      }
      return ticks;
    }

    String text(double value) {
      int digits = (int) Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
      return String.format(Locale.ROOT, "%." + digits + "f", value);
    }
  }

  /** The text of the SVG as it grows. */
  private final class Drawing {
    private final StringBuilder svg = new StringBuilder();
    private final Axis x;
    private final Axis y;

    Drawing(Axis x, Axis y) {
      this.x = x;
      this.y = y;
      add(
          "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"13\" fill=\"#222\">",
          WIDTH, HEIGHT, WIDTH, HEIGHT);
      add("<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>", WIDTH, HEIGHT);
      text(LEFT, 24, "start", "15", summary.experiment().name() + ": " + scope.title());
    }

    private void add(String form, Object... values) {
      svg.append(String.format(Locale.ROOT, form, values)).append('\n');
    }

    private void text(double atX, double atY, String anchor, String size, String text) {
      add(
          "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" font-size=\"%s\">%s</text>",
          atX, atY, anchor, size, escaped(text));
    }

    void frame() {
      for (double tick : y.ticks()) {
        double at = y.place(tick, BOTTOM, TOP);
        add(
            "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"#ddd\"/>",
            LEFT, at, RIGHT, at);
        text(LEFT - 8, at + 4, "end", "12", y.text(tick));
      }
      for (double tick : x.ticks()) {
        double at = x.place(tick, LEFT, RIGHT);
        add(
            "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"#888\"/>",
            at, BOTTOM, at, BOTTOM + 5);
        text(at, BOTTOM + 20, "middle", "12", x.text(tick));
      }
      add(
          "<polyline points=\"%d,%d %d,%d %d,%d\" fill=\"none\" stroke=\"#888\"/>",
          LEFT, TOP, LEFT, BOTTOM, RIGHT, BOTTOM);
      text((LEFT + RIGHT) / 2.0, HEIGHT - 14, "middle", "13", costs());
      add(
          "<text transform=\"translate(18 %.1f) rotate(-90)\" text-anchor=\"middle\">%s</text>",
          (TOP + BOTTOM) / 2.0, escaped(metric.title() + ", %"));
    }

    void reference(Reference reference, int number) {
      double at = y.place(100 * reference.value(), BOTTOM, TOP);
      String dashes = number == 0 ? "8 4" : "2 4";
      add(
          "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"#555\" stroke-dasharray=\"%s\"/>",
          LEFT, at, RIGHT, at, dashes);
      double row = TOP + LINE * (lines.size() + number + 1.5);
      add(
          "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"#555\" stroke-dasharray=\"%s\"/>",
          LEGEND, row, LEGEND + 24, row, dashes);
      text(LEGEND + 32, row + 4, "start", "12", reference.name());
    }

    void line(Line line, int number) {
      String colour = COLOURS.get(number % COLOURS.size());
      StringBuilder path = new StringBuilder();
      for (Point point : line.points()) {
        path.append(
            String.format(
                Locale.ROOT,
                "%.1f,%.1f ",
                x.place(point.cost(), LEFT, RIGHT),
                y.place(point.value(), BOTTOM, TOP)));
      }
      add(
          "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>",
          path.toString().strip(), colour);
      for (Point point : line.points()) {
        double atX = x.place(point.cost(), LEFT, RIGHT);
        if (point.spread() > 0) {
          add(
              "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>",
              atX,
              y.place(point.value() - point.spread(), BOTTOM, TOP),
              atX,
              y.place(point.value() + point.spread(), BOTTOM, TOP),
              colour);
        }
        marker(atX, y.place(point.value(), BOTTOM, TOP), number, colour);
      }
      double row = TOP + LINE * (number + 0.5);
      if (line.points().isEmpty()) {
        text(LEGEND + 32, row + 4, "start", "12", line.name() + " (nothing measured)");
        return;
      }
      add(
          "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"%s\" stroke-width=\"2\"/>",
          LEGEND, row, LEGEND + 24, row, colour);
      marker(LEGEND + 12, row, number, colour);
      text(LEGEND + 32, row + 4, "start", "12", line.name());
    }

    /** Circles, squares and diamonds, so that colours are not all. */
    private void marker(double atX, double atY, int number, String colour) {
      switch (number % 3) {
        case 0 -> add("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"%s\"/>", atX, atY, colour);
        case 1 ->
            add(
                "<rect x=\"%.1f\" y=\"%.1f\" width=\"7\" height=\"7\" fill=\"%s\"/>",
                atX - 3.5, atY - 3.5, colour);
        default ->
            add(
                "<rect x=\"-3.5\" y=\"-3.5\" width=\"7\" height=\"7\" fill=\"%s\" transform=\"translate(%.1f %.1f) rotate(45)\"/>",
                colour, atX, atY);
      }
    }

    String end() {
      return svg.append("</svg>\n").toString();
    }
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
