package io.github.pleas.architecture;

import io.github.pleas.InvalidInputException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An architecture as the user asks for it: {@code resnet18}, {@code auto}, {@code
 * vit:head_width=32}. What timm puts behind a point, such as {@code .a1_in1k}, tells how a network
 * was trained, and does not count.
 *
 * @param name its name
 * @param settings constants that the user sets
 */
record ArchitectureRequest(String name, Map<String, String> settings) {
  static final String AUTO = "auto";

  static ArchitectureRequest of(String text) {
    String[] parts = text.split(":", 2);
    Map<String, String> settings = new LinkedHashMap<>();
    if (parts.length > 1) {
      for (String setting : parts[1].split(",")) {
        int equals = setting.indexOf('=');
        if (equals < 1) {
          throw new InvalidInputException(
              "--arch " + text + ": expected key=value behind the colon, found " + setting);
        }
        settings.put(setting.substring(0, equals), setting.substring(equals + 1));
      }
    }
    return new ArchitectureRequest(parts[0].replaceAll("\\..*", ""), settings);
  }

  boolean isAuto() {
    return name.equals(AUTO);
  }
}
