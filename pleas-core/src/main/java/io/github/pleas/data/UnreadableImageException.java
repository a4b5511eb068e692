package io.github.pleas.data;

import io.github.pleas.PleasException;

/** One image of a dataset cannot be read; the others may well be. */
public final class UnreadableImageException extends PleasException {
  private static final long serialVersionUID = 1L;

  private final String name;
  private final String reason;

  /**
   * @param name the image's path or entry name
   * @param reason what is wrong with it
   */
  public UnreadableImageException(String name, String reason) {
    super(message(name, reason));
    this.name = name;
    this.reason = reason;
  }

  /**
   * @param name the image's path or entry name
   * @param reason what is wrong with it
   * @param cause the failure behind it
   */
  public UnreadableImageException(String name, String reason, Throwable cause) {
    super(message(name, reason), cause);
    this.name = name;
    this.reason = reason;
  }

  private static String message(String name, String reason) {
    return "cannot read image " + name + ": " + reason;
  }

  /** The image's path or entry name. */
  public String name() {
    return name;
  }

  /** What is wrong with it. */
  public String reason() {
    return reason;
  }
}
