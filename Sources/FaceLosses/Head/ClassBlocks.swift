/// The classes of a head, divided into blocks of a fixed size; each process has a contiguous range of
/// blocks.
///
/// The blocks depend only on the number of classes. Sums and comparisons over all classes are done first
/// within blocks, and then over blocks in an order that does not depend on their distribution over
/// processes.
package struct ClassBlocks: Hashable, Sendable {
    /// Number of classes in a block (the last may have fewer), enough for matrix products to be as fast as
    /// with all classes.
    package static let standardSize = 4096

    /// Number of all classes.
    package let classes: Int
    /// Number of classes in a block.
    package let size: Int

    package init(classes: Int, size: Int = standardSize) {
        precondition(classes > 0 && size > 0, "a block needs a class")
        self.classes = classes
        self.size = size
    }

    /// Number of blocks.
    package var count: Int { (classes + size - 1) / size }

    /// The classes of a range of blocks.
    package func classes(of blocks: Range<Int>) -> Range<Int> {
        min(classes, blocks.lowerBound * size)..<min(classes, blocks.upperBound * size)
    }
}
