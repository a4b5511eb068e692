package io.github.pleas.spark;

import java.io.Serializable;

/**
 * An image that cannot be read.
 *
 * @param place of the image among all
 * @param name of it
 * @param reason what is wrong with it
 */
record Unreadable(int place, String name, String reason) implements Serializable {
  String message() {
    return "cannot read image " + name + ": " + reason;
  }
}
