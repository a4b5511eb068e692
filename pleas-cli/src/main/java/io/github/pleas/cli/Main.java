package io.github.pleas.cli;

import static java.util.Objects.requireNonNull;

import io.github.pleas.InvalidInputException;
import io.github.pleas.PleasException;
import io.github.pleas.Version;
import io.github.pleas.budget.AllocationMethod;
import io.github.pleas.budget.CostKind;
import io.github.pleas.checkpoint.Precision;
import io.github.pleas.data.DataLocation;
import io.github.pleas.eval.Pooling;
import io.github.pleas.eval.ProbeSolver;
import io.github.pleas.fit.FitMethod;
import io.github.pleas.fit.HeadFit;
import io.github.pleas.fit.PublishedOptions;
import io.github.pleas.layout.Layout;
import io.github.pleas.merge.MergeMethod;
import io.github.pleas.merge.MergeOptions;
import io.github.pleas.merge.MethodSettings;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command: picks the subcommand, and turns every failure into a sentence and an exit code. */
@Command(
    name = "pleas",
    mixinStandardHelpOptions = true,
    versionProvider = Main.VersionProvider.class,
    synopsisSubcommandLabel = "COMMAND",
    description = "Merges two trained neural networks of one architecture into one.",
    subcommands = {
      DemoCommand.class,
      MergeCommand.class,
      SweepCommand.class,
      ExperimentCommand.class,
      EvalCommand.class,
      InspectCommand.class,
      PermuteCommand.class,
      ConvertCommand.class,
      ConfigCommand.class,
      DoctorCommand.class,
      CompletionCommand.class,
      HelpCommand.class
    },
    footer = {
      "",
      "Start with 'pleas demo'. 'pleas help COMMAND' explains a command, with examples.",
      "Exit codes: 0 done, 1 failed, 2 bad arguments or input."
    })
public final class Main implements Runnable {
  static final int FAILED = 1;
  static final int BAD_INPUT = 2;

  /** Wide enough for the examples, which must not be broken. */
  private static final int HELP_WIDTH = 100;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Option(
      names = "--stacktrace",
      scope = ScopeType.INHERIT,
      description = "On failure, print where in the program it happened.")
  private boolean stacktrace;

  /** Runs the command and exits. */
  public static void main(String[] args) {
    System.exit(run(args));
  }

  /** Runs the command and tells its exit code. */
  static int run(String... args) {
    return commandLine().execute(args);
  }

  /**
   * Runs {@code merge} on images that are elsewhere, and tells its exit code.
   *
   * @param elsewhere where they are
   * @param args as of the command
   */
  public static int merge(MergeElsewhere elsewhere, String... args) {
    CommandLine command = commandLine();
    List<String> others =
        command.getSubcommands().keySet().stream()
            .filter(name -> !name.equals("merge") && !name.equals("help"))
            .toList();
    others.forEach(command.getCommandSpec()::removeSubcommand);
    MergeCommand merge = requireNonNull(command.getSubcommands().get("merge")).getCommand();
    merge.mergeAt(elsewhere);
    return command.execute(args);
  }

  static CommandLine commandLine() {
    // JavaCPP's own limits would refuse large native arrays; ours are freed by their owners.
    setDefault("org.bytedeco.javacpp.maxbytes", "0");
    setDefault("org.bytedeco.javacpp.maxphysicalbytes", "0");
    Main main = new Main();
    CommandLine command = new CommandLine(main);
    command
        .getSubcommands()
        .values()
        .forEach(sub -> sub.getCommandSpec().versionProvider(new VersionProvider()));
    requireNonNull(command.getSubcommands().get("eval"))
        .getCommandSpec()
        .resourceBundle(new EvalDescriptions());
    return command
        .registerConverter(Double.class, NumberConverter.decimal())
        .registerConverter(double.class, NumberConverter.decimal())
        .registerConverter(Integer.class, NumberConverter.whole())
        .registerConverter(int.class, NumberConverter.whole())
        .registerConverter(Long.class, NumberConverter.large())
        .registerConverter(long.class, NumberConverter.large())
        .registerConverter(DataLocation.class, DataLocation::parse)
        .registerConverter(LabelSpace.class, new WordConverter<>(LabelSpace.class))
        .registerConverter(
            MergeOptions.StreamMap.class, new WordConverter<>(MergeOptions.StreamMap.class))
        .registerConverter(FitMethod.class, new WordConverter<>(FitMethod.class))
        .registerConverter(HeadFit.class, new WordConverter<>(HeadFit.class))
        .registerConverter(Pooling.class, new WordConverter<>(Pooling.class))
        .registerConverter(Layout.class, new WordConverter<>(Layout.class))
        .registerConverter(CostKind.class, new WordConverter<>(CostKind.class))
        .registerConverter(AllocationMethod.class, new WordConverter<>(AllocationMethod.class))
        .registerConverter(ProbeSolver.class, new WordConverter<>(ProbeSolver.class))
        .registerConverter(MergeMethod.class, new WordConverter<>(MergeMethod.class))
        .registerConverter(
            PublishedOptions.Targets.class, new WordConverter<>(PublishedOptions.Targets.class))
        .registerConverter(
            MethodSettings.Solver.class, new WordConverter<>(MethodSettings.Solver.class))
        .registerConverter(Precision.class, new WordConverter<>(Precision.class))
        .registerConverter(
            MergeOptions.MatchOn.class, new WordConverter<>(MergeOptions.MatchOn.class))
        .setUsageHelpWidth(HELP_WIDTH)
        .setParameterExceptionHandler(Main::badArguments)
        .setExecutionExceptionHandler(main::failed)
        .setExecutionStrategy(main::execute);
  }

  private static void setDefault(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(spec.commandLine(), "a command is missing");
  }

  private int execute(CommandLine.ParseResult parsed) {
    try {
      return new CommandLine.RunLast().execute(parsed);
    } catch (OutOfMemoryError e) {
      // Thrown past the handler of exceptions; what was allocated is unreachable by now.
      PrintWriter err = parsed.commandSpec().commandLine().getErr();
      err.println(
          "pleas: out of memory ("
              + e.getMessage()
              + "). Use fewer images (--samples), or give more by --memory, of which the pleas script"
              + " gives Java half, or Java by PLEAS_JAVA_OPTS=-Xmx8g");
      trace(e, err);
      return FAILED;
    } catch (LinkageError e) {
      PrintWriter err = parsed.commandSpec().commandLine().getErr();
      err.println(
          "pleas: a native library does not load: %s. What to do: %s"
              .formatted(NativeFailure.message(e), NativeFailure.remedy(e)));
      trace(e, err);
      return FAILED;
    }
  }

  private static int badArguments(CommandLine.ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    PrintWriter err = command.getErr();
    err.println("pleas: " + Printable.of(message(e, command, args)));
    if (!CommandLine.UnmatchedArgumentException.printSuggestions(e, err)) {
      err.println(
          "Try '" + command.getCommandSpec().qualifiedName() + " --help' for what can be given.");
    }
    err.flush();
    return BAD_INPUT;
  }

  /** What is wrong; of a dry run all of it. */
  private static String message(
      CommandLine.ParameterException e, CommandLine command, String[] args) {
    boolean all =
        TrialCommand.NAMES.contains(command.getCommandName())
            && List.of(args).contains(TrialCommand.DRY_RUN)
            && !(e.getCause() instanceof InvalidInputException);
    List<String> problems =
        all ? new TrialCommand(command.getCommandName()).problems(List.of(args)) : List.of();
    return problems.size() < 2
        ? String.valueOf(e.getMessage())
        : problems.size() + " problems:\n  " + String.join("\n  ", problems);
  }

  private int failed(Exception e, CommandLine command, CommandLine.ParseResult parsed) {
    PrintWriter err = command.getErr();
    if (e instanceof PleasException) {
      err.println("pleas: " + Printable.of(String.valueOf(e.getMessage())));
    } else {
      err.println(
          "pleas: a defect in this program: "
              + e
              + ". Please report it with the output of --stacktrace");
    }
    trace(e, err);
    return e instanceof InvalidInputException ? BAD_INPUT : FAILED;
  }

  private void trace(Throwable e, PrintWriter err) {
    if (stacktrace) {
      e.printStackTrace(err);
    }
    err.flush();
  }

  /** The version that {@code --version} prints. */
  static final class VersionProvider implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"pleas " + Version.current()};
    }
  }
}
