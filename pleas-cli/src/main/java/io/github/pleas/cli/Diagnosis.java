package io.github.pleas.cli;

import java.util.Locale;

/**
 * What was found of something that the program uses.
 *
 * @param state whether it is as it should be
 * @param what it is
 * @param found what there is
 * @param use what it is for
 * @param remedy what to do, where it is not as it should be; else ""
 */
record Diagnosis(State state, String what, String found, String use, String remedy) {
  /** How it is. */
  enum State {
    /** As it should be. */
    OK,
    /** Less than is good; it works. */
    LITTLE,
    /** Not there, and not needed. */
    NONE,
    /** Needed, and it does not work. */
    FAILED;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static Diagnosis ok(String what, String found, String use) {
    return new Diagnosis(State.OK, what, found, use, "");
  }

  static Diagnosis failed(String what, Throwable why, String use, String remedy) {
    return new Diagnosis(State.FAILED, what, NativeFailure.message(why), use, remedy);
  }
}
