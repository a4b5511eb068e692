package io.github.pleas.data;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;
import org.xml.sax.helpers.DefaultHandler;

/** The boxes of Stanford Dogs: an XML file for each image, of which the largest box counts. */
final class DogBoxes implements Boxes {
  private static final int MAX_BYTES = 1 << 20;

  private final Path folder;

  /** Boxes by the annotations in a folder. */
  DogBoxes(Path folder) {
    this.folder = folder;
  }

  @Override
  public Optional<Box> of(String image) throws IOException {
    // Images/n02085620-Chihuahua/n02085620_5927.jpg has
    // Annotation/n02085620-Chihuahua/n02085620_5927
    String name = image.replaceFirst("^Images/", "").replaceFirst("\\.jpg$", "");
    Path file = folder.resolve(name);
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(MAX_BYTES + 1);
    }
    if (bytes.length > MAX_BYTES) {
      throw new IOException("its annotation " + file + " is larger than " + MAX_BYTES + " bytes");
    }
    try {
      return Optional.of(largest(bytes));
    } catch (SAXException | ParserConfigurationException | NumberFormatException e) {
      throw new IOException("its annotation " + file + " is not as expected: " + Text.reason(e), e);
    }
  }

  private static Box largest(byte[] xml)
      throws SAXException, ParserConfigurationException, IOException {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    // Annotations have no document type; without one there are no entities to expand or fetch.
    factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
    factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
    factory.setExpandEntityReferences(false);
    var builder = factory.newDocumentBuilder();
    builder.setErrorHandler(new DefaultHandler()); // which prints nothing
    NodeList boxes = builder.parse(new ByteArrayInputStream(xml)).getElementsByTagName("bndbox");
    Optional<Box> largest = Optional.empty();
    for (int i = 0; i < boxes.getLength(); i++) {
      Element box = (Element) boxes.item(i);
      double left = number(box, "xmin");
      double top = number(box, "ymin");
      Box found = new Box(left, top, number(box, "xmax") - left, number(box, "ymax") - top);
      if (largest.isEmpty() || found.area() > largest.get().area()) {
        largest = Optional.of(found);
      }
    }
    return largest.orElseThrow(() -> new SAXException("it has no bndbox"));
  }

  private static double number(Element box, String name) throws SAXException {
    NodeList found = box.getElementsByTagName(name);
    if (found.getLength() != 1) {
      throw new SAXException("a bndbox has " + found.getLength() + " " + name);
    }
    return Double.parseDouble(found.item(0).getTextContent().strip());
  }
}
