package io.github.pleas;

/** The arguments or the input files are at fault: nothing was computed and nothing was written. */
public class InvalidInputException extends PleasException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message what is wrong with which input, and what to do
   */
  public InvalidInputException(String message) {
    super(message);
  }

  /**
   * @param message what is wrong with which input, and what to do
   * @param cause the failure behind it
   */
  public InvalidInputException(String message, Throwable cause) {
    super(message, cause);
  }
}
