package io.github.pleas.cli;

import io.github.pleas.InvalidInputException;
import io.github.pleas.runtime.Device;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Where networks run, as cpu, cuda or cuda:1. */
final class DeviceName implements ITypeConverter<Device> {
  @Override
  public Device convert(String text) {
    try {
      return Device.of(text);
    } catch (InvalidInputException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
