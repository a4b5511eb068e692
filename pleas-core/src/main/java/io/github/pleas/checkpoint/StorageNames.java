package io.github.pleas.checkpoint;

import io.github.pleas.onnx.ElementType;

/** Brings together what a pickle says of a storage, and the bytes that the file has for it. */
final class StorageNames {
  private StorageNames() {}

  /**
   * The tensor in its bytes.
   *
   * @param name of the tensor, for messages
   * @param tensor what the pickle says
   * @param bytes all that is stored under the storage's key
   * @throws io.github.pleas.InvalidInputException if there are fewer bytes than the pickle says
   */
  static StoredTensor placed(
      CheckpointFile file, String name, Pickled.TensorView tensor, Storage bytes) {
    Pickled.StorageName stated = tensor.storage();
    long width = stated.type().map(ElementType::bytes).orElse(1);
    if (stated.stored() > bytes.length() / width) {
      throw file.refuse(
          "tensor \""
              + name
              + "\" lies in a storage of "
              + stated.stored() * width
              + " bytes, and the file has "
              + bytes.length()
              + " for it; it is cut off or damaged");
    }
    Storage part =
        stated.offset() == 0
            ? bytes
            : new Storage(
                file,
                bytes.start() + stated.offset() * width,
                stated.count() * width,
                bytes.order());
    return new StoredTensor(tensor.type(), tensor.view(), part);
  }
}
