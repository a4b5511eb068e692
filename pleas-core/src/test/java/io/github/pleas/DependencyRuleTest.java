package io.github.pleas;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The packages stand in the order of the data's way; each may use only those before it. */
class DependencyRuleTest {
  private static final String ROOT = "io.github.pleas";

  private static final List<String> ORDER =
      List.of(
          "yaml",
          "journal",
          "onnx",
          "checkpoint",
          "architecture",
          "runtime",
          "network",
          "symmetry",
          "data",
          "linalg",
          "matching",
          "budget",
          "layout",
          "fit",
          "eval",
          "merge",
          "report",
          "experiment",
          "api");

  private static final JavaClasses PRODUCTION =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(ROOT);

  @Test
  void everyPackageHasItsPlaceInTheOrder() {
    Set<String> packages =
        PRODUCTION.stream()
            .map(JavaClass::getPackageName)
            .filter(name -> !name.equals(ROOT))
            .map(name -> name.substring(ROOT.length() + 1))
            .collect(Collectors.toSet());
    assertThat(packages).isNotEmpty().isSubsetOf(ORDER);
  }

  @Test
  void noPackageUsesALaterOne() {
    for (int i = 0; i < ORDER.size() - 1; i++) {
      String[] later =
          ORDER.subList(i + 1, ORDER.size()).stream()
              .map(DependencyRuleTest::in)
              .toArray(String[]::new);
      noClasses()
          .that()
          .resideInAPackage(in(ORDER.get(i)))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(later)
          .check(PRODUCTION);
    }
  }

  @Test
  void theRootPackageUsesNoOther() {
    noClasses()
        .that()
        .resideInAPackage(ROOT)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(ROOT + ".(*)..")
        .check(PRODUCTION);
  }

  @Test
  void thereAreNoCycles() {
    slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(PRODUCTION);
  }

  @Test
  void nativeMemoryStaysWhereItIsOwned() {
    onlyIn("org.bytedeco..", "linalg", "runtime");
    onlyIn("ai.onnxruntime..", "runtime");
    onlyIn("com.sun.jna..", "runtime");
  }

  @Test
  void protobufStaysWhereFilesAreReadAndGraphsRun() {
    onlyIn("com.google.protobuf..", "onnx", "runtime");
    onlyIn("ai.onnx.proto..", "onnx", "runtime");
  }

  @Test
  void parsersStayWhereTheirFormatsAreRead() {
    onlyIn("org.snakeyaml..", "yaml");
    onlyIn("us.hebi..", "data");
    onlyIn("org.w3c.dom..", "data");
  }

  private void onlyIn(String library, String... packages) {
    String[] allowed = Arrays.stream(packages).map(DependencyRuleTest::in).toArray(String[]::new);
    DescribedPredicate<JavaClass> theirs = JavaClass.Predicates.resideInAPackage(library);
    noClasses()
        .that()
        .resideOutsideOfPackages(allowed)
        .should()
        .dependOnClassesThat(theirs)
        .check(PRODUCTION);
    // The rule above holds of nothing if the library is not used at all.
    assertThat(
            PRODUCTION.stream()
                .flatMap(c -> c.getDirectDependenciesFromSelf().stream())
                .anyMatch(d -> theirs.test(d.getTargetClass())))
        .as("use of %s", library)
        .isTrue();
  }

  private static String in(String name) {
    return ROOT + "." + name + "..";
  }
}
