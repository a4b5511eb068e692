package io.github.pleas;

/**
 * A failure that a user can act on. The message says what failed, where (file, tensor, node), what
 * was expected and found, and what to do; it needs no stack trace to be understood.
 */
public class PleasException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message what failed, in a sentence for the user
   */
  public PleasException(String message) {
    super(message);
  }

  /**
   * @param message what failed, in a sentence for the user
   * @param cause the failure behind it
   */
  public PleasException(String message, Throwable cause) {
    super(message, cause);
  }
}
