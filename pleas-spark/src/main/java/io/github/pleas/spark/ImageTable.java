package io.github.pleas.spark;

import io.github.pleas.InvalidInputException;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import scala.Tuple2;

/** Reads images and their keys from a table. */
final class ImageTable {
  private ImageTable() {}

  /**
   * The images by their keys.
   *
   * @throws InvalidInputException if the table has no such columns, or they hold something else
   */
  static JavaPairRDD<Serializable, Serializable> rows(
      Dataset<Row> table, String image, String key) {
    DataType images = type(table, image);
    boolean bytes = images.equals(DataTypes.BinaryType);
    boolean numbers =
        images instanceof ArrayType array
            && (array.elementType().equals(DataTypes.FloatType)
                || array.elementType().equals(DataTypes.DoubleType));
    if (!bytes && !numbers) {
      throw new InvalidInputException(
          "column '%s' holds %s; expected binary (an image's file), or array<float> (its tensor)"
              .formatted(image, images.simpleString()));
    }
    DataType keys = type(table, key);
    if (!keys.equals(DataTypes.LongType)
        && !keys.equals(DataTypes.IntegerType)
        && !keys.equals(DataTypes.StringType)) {
      throw new InvalidInputException(
          "column '%s' holds %s; expected bigint, int or string, of each image another"
              .formatted(key, keys.simpleString()));
    }
    return table
        .select(image, key)
        .toJavaRDD()
        .mapToPair(row -> new Tuple2<>(key(row.get(1)), bytes ? (byte[]) row.get(0) : tensor(row)));
  }

  private static DataType type(Dataset<Row> table, String column) {
    String[] names = table.schema().fieldNames();
    if (!Arrays.asList(names).contains(column)) {
      throw new InvalidInputException(
          "the table has no column '%s'; it has %s".formatted(column, String.join(", ", names)));
    }
    return table.schema().apply(column).dataType();
  }

  private static Serializable key(Object value) {
    return value instanceof Integer number
        ? (Serializable) number.longValue()
        : (Serializable) value;
  }

  private static float[] tensor(Row row) {
    List<? extends Number> numbers = row.getList(0);
    float[] tensor = new float[numbers.size()];
    for (int i = 0; i < tensor.length; i++) {
      tensor[i] = numbers.get(i).floatValue();
    }
    return tensor;
  }
}
