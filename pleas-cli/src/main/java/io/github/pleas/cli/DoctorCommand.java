package io.github.pleas.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Says whether this machine has what the program needs. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = {
      "Says whether this machine has what is needed: Java, the native libraries (which are loaded and"
          + " compute something), memory, processors, disk, image formats, and a GPU if there is one;"
          + " and what each is used for.",
      "Ends with code 1 where something that is needed fails."
    },
    footer = {"", "Example:", "  pleas doctor"})
final class DoctorCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    List<Diagnosis> all = new Checkup().all();
    PrintWriter out = spec.commandLine().getOut();
    TextTable table = new TextTable(List.of("", "what", "found", "for"));
    all.forEach(
        each -> table.row(List.of(each.state().word(), each.what(), each.found(), each.use())));
    out.print(table);
    out.println();
    out.print(verdict(all));
    out.flush();
    return code(all);
  }

  /** What follows of it, as lines. */
  static String verdict(List<Diagnosis> all) {
    List<Diagnosis> failed = failed(all);
    StringBuilder text = new StringBuilder();
    line(
        text,
        failed.isEmpty()
            ? "Everything that is needed is here. 'pleas demo' merges two networks."
            : failed.size() + " of what is needed " + (failed.size() == 1 ? "fails:" : "fail:"));
    failed.forEach(each -> line(text, "  " + each.what() + ": " + each.remedy()));
    all.stream()
        .filter(each -> each.state() == Diagnosis.State.LITTLE)
        .forEach(each -> line(text, "Note: little " + each.what() + "; " + each.remedy()));
    return text.toString();
  }

  static int code(List<Diagnosis> all) {
    return failed(all).isEmpty() ? 0 : Main.FAILED;
  }

  private static List<Diagnosis> failed(List<Diagnosis> all) {
    return all.stream().filter(each -> each.state() == Diagnosis.State.FAILED).toList();
  }

  private static void line(StringBuilder text, String line) {
    text.append(line).append(System.lineSeparator());
  }
}
