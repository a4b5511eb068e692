package io.github.pleas.cli;

/** How the originals' classes relate. */
enum LabelSpace {
  /** Both have the same classes: the merged network has one head. */
  SHARED,
  /** Each has classes of its own: the merged network has a head for each. */
  SEPARATE
}
