package io.github.pleas.spark;

import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;

/** Hadoop's settings as the driver has them, for executors. */
final class HadoopSettings implements Serializable {
  private static final long serialVersionUID = 1;

  private final HashMap<String, String> entries = new HashMap<>();

  HadoopSettings(Configuration settings) {
    for (Map.Entry<String, String> entry : settings) {
      entries.put(entry.getKey(), entry.getValue());
    }
  }

  Configuration configuration() {
    Configuration settings = new Configuration(false);
    entries.forEach(settings::set);
    return settings;
  }
}
