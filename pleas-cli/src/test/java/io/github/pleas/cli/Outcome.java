package io.github.pleas.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine;

/**
 * What a run of the command gave.
 *
 * @param code its exit code
 * @param out standard output
 * @param err standard error
 */
record Outcome(int code, String out, String err) {
  /** Runs the command in this process. */
  static Outcome of(Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine command =
        Main.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    String[] texts = Arrays.stream(arguments).map(Object::toString).toArray(String[]::new);
    int code = command.execute(texts);
    return new Outcome(code, out.toString(), err.toString());
  }

  /** The lines of standard error that are no progress and no hint on usage. */
  List<String> complaints() {
    return err.lines().filter(line -> line.startsWith("pleas: ")).toList();
  }
}
