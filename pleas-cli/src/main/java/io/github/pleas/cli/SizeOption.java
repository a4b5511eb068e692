package io.github.pleas.cli;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The size of a network's input, where the file does not say it. */
final class SizeOption {
  @Option(
      names = "--input-size",
      paramLabel = "HxW",
      converter = SizeConverter.class,
      description = "Height and width of the input, for networks that leave them free.")
  private @Nullable Size size;

  private record Size(int height, int width) {}

  /** Height and width, if given. */
  Optional<int[]> size() {
    return Optional.ofNullable(size).map(s -> new int[] {s.height(), s.width()});
  }

  private static final class SizeConverter implements ITypeConverter<Size> {
    private static final Pattern FORM = Pattern.compile("(\\d{1,5})[xX](\\d{1,5})");

    @Override
    public Size convert(String text) {
      Matcher matcher = FORM.matcher(text);
      if (!matcher.matches()) {
        throw new TypeConversionException("'" + text + "' is not HEIGHTxWIDTH, as in 224x224");
      }
      return new Size(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
    }
  }
}
