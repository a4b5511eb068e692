package io.github.pleas.report;

import io.github.pleas.merge.Provenance;
import java.util.List;

/** What was merged from what, and how. */
final class SourcesSection {
  private SourcesSection() {}

  /**
   * The section.
   *
   * @param merges of one pair of networks, by size
   */
  static Section of(List<MergeFacts> merges) {
    MergeFacts.About about = merges.get(0).about();
    Section.Builder section = Section.of("sources", "What was merged, and how");
    Table.Builder inputs = Table.of("role", "name", "digest of", "SHA-256");
    about
        .provenance()
        .inputs()
        .forEach(
            (role, input) -> inputs.row(role(role), input.name(), digested(input), input.digest()));
    for (MergeFacts each : merges) {
      inputs.row("merged network", each.file().name(), "its content", each.file().sha256());
    }
    section.heading("Inputs and outputs").table(inputs.end());
    about
        .command()
        .ifPresent(
            command ->
                section
                    .heading("The command")
                    .add(new Html().element("pre", command, "class", "command").line()));
    Table.Builder settings = Table.of("option", "value");
    about.settings().forEach(settings::row);
    Table.Builder versions = Table.of("program", "version");
    about.versions().forEach(versions::row);
    return section
        .folded("All options", settings.end())
        .folded("Versions", versions.end())
        .say(
            "%s as calibration images, without their labels."
                .formatted(
                    String.join(" and ", about.images().stream().map(SourcesSection::of).toList())))
        .end();
  }

  private static String of(MergeFacts.Sample sample) {
    return Numbers.format("%,d of %,d images", sample.used(), sample.available());
  }

  private static String role(String role) {
    return switch (role) {
      case "a" -> "network A";
      case "b" -> "network B";
      case "data" -> "images of both domains";
      case "data.a" -> "images of A's domain";
      case "data.b" -> "images of B's domain";
      default -> role;
    };
  }

  private static String digested(Provenance.Input input) {
    return switch (input.kind()) {
      case "sha256" -> "its content";
      case "files-sha256" -> "its files";
      default -> "the list of images";
    };
  }
}
