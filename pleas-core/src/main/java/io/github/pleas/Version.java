package io.github.pleas;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Properties;

/** Which version of this library runs, as reports and merged files state it. */
public final class Version {
  private Version() {}

  /** The version of the build, for instance 0.1.0. */
  public static String current() {
    Properties properties = new Properties();
    try (InputStream in = Version.class.getResourceAsStream("version.properties")) {
      properties.load(Objects.requireNonNull(in, "version.properties is part of the build"));
    } catch (IOException e) {
      throw new UncheckedIOException("the version cannot be read from the build", e);
    }
    return Objects.requireNonNull(properties.getProperty("version"));
  }
}
