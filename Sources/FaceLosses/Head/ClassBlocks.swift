/// The classes of a head, divided into blocks of a fixed number, of which processes share out neighbouring ones.
///
/// The blocks depend on the number of classes alone. What is added up or compared over all classes is first so within
/// a block, and then from block to block in an order that does not depend on which process has which.
package struct ClassBlocks: Hashable, Sendable {
    /// Classes of a block, of which the last may have fewer: enough for a processor's products to be as fast as of all.
    package static let standardSize = 4096

    /// Number of all classes.
    package let classes: Int
    /// Classes of a block.
    package let size: Int

    package init(classes: Int, size: Int = standardSize) {
        precondition(classes > 0 && size > 0, "a block needs a class")
        self.classes = classes
        self.size = size
    }

    /// Number of blocks.
    package var count: Int { (classes + size - 1) / size }

    /// The classes of neighbouring blocks.
    package func classes(of blocks: Range<Int>) -> Range<Int> {
        min(classes, blocks.lowerBound * size)..<min(classes, blocks.upperBound * size)
    }
}
