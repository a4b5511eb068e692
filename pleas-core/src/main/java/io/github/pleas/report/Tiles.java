package io.github.pleas.report;

import java.util.ArrayList;
import java.util.List;

/** A few numbers, large. */
final class Tiles {
  private record Tile(String value, String what, String beside) {}

  private final List<Tile> tiles = new ArrayList<>();

  /**
   * Adds a number.
   *
   * @param value the number
   * @param what it is
   * @param beside what to hold against it
   */
  Tiles add(String value, String what, String beside) {
    tiles.add(new Tile(value, what, beside));
    return this;
  }

  Html html() {
    Html html = new Html().open("dl", "class", "tiles");
    for (Tile tile : tiles) {
      html.open("div")
          .element("dt", tile.what())
          .open("dd")
          .element("b", tile.value())
          .element("span", tile.beside())
          .close()
          .close();
    }
    return html.close().line();
  }
}
