import SafeNumbers
package import Torch

/// A head whose classes can be divided into blocks, so that a process has some or all of them.
package protocol DividedHead: FaceLoss {
    /// The blocks of all classes.
    var blocks: ClassBlocks { get }
    /// The blocks whose weights this process has; initially all.
    var ownBlocks: Range<Int> { get }
    /// The weights `[c k, d]` of this process's classes, k rows for each.
    var ownWeight: Tensor { get }
    /// Number of weights per class.
    var rowsPerClass: Int { get }

    /// Changes the block size; for tests with few classes.
    func divide(intoBlocksOf size: Int)

    /// Discards the weights of all other blocks.
    func keep(_ blocks: Range<Int>)

    /// Sets the weights of all classes, which this process then has.
    func restore(_ weight: Tensor)

    /// Begins the computation of a batch's loss.
    ///
    /// - Parameter embeddings: `[n, d]`, whose gradient is computed.
    func begin(embeddings: Tensor, labels: Tensor, progress: LossProgress) -> DividedPass
}

extension DividedHead {
    /// The rows of the weight for a range of classes.
    package func rows(of classes: Range<Int>) -> Range<Int> {
        classes.lowerBound * rowsPerClass..<classes.upperBound * rowsPerClass
    }
}

extension MarginHead: DividedHead {
    package var blocks: ClassBlocks { ClassBlocks(classes: classes, size: blockSize) }
    package var ownWeight: Tensor { loss.weight }
    package var rowsPerClass: Int { loss.subcenters }

    package func divide(intoBlocksOf size: Int) {
        precondition(isWhole, "the classes are divided already")
        blockSize = size
        ownBlocks = 0..<blocks.count
    }

    package func keep(_ blocks: Range<Int>) {
        precondition(isWhole, "the classes are divided already")
        guard blocks != ownBlocks else { return }
        let rows = rows(of: self.blocks.classes(of: blocks))
        loss.weight.replaceData(with: loss.weight.detached().narrowed(0, rows).copy())
        ownBlocks = blocks
    }

    package func restore(_ weight: Tensor) {
        loss.weight.replaceData(with: weight)
        ownBlocks = 0..<blocks.count
    }

    package func begin(
        embeddings: Tensor, labels: Tensor, progress: LossProgress
    ) -> DividedPass {
        let sample = sample(labels, progress)
        let unit = embeddings.to(loss.weight.type).l2Normalized()
        let targets = Tensor.zeros([2, labels.count], type: .float64, device: labels.device)
        let parts = ownParts(labels, sample).enumerated().map { index, part in
            part.multiplied(
                unit.detached(), loss.weight, self, workspaces(ownBlocks.count)[index], targets)
        }
        return DividedPass(
            embeddings: embeddings.to(loss.weight.type), unitEmbeddings: unit, labels: labels,
            positions: sample.map { Tensor($0.positions, device: labels.device) } ?? labels,
            classes: sample?.classes.count ?? classes, weight: loss.weight,
            rowsPerClass: loss.subcenters, parts: parts, ownTargets: targets
        ) { [loss] in loss.margin($0, at: progress) }
    }

    /// This process's blocks, restricted to the classes that take part in a step.
    private func ownParts(_ labels: Tensor, _ sample: ClassSample?) -> [PartOfHead] {
        let labels = sample?.positions ?? labels.array(of: Int.self)
        let first = blocks.classes(of: ownBlocks).lowerBound
        return ownBlocks.map { block in
            let classes = blocks.classes(of: block..<block + 1)
            return PartOfHead(
                classes: classes, firstOwn: first, sample: sample?.classes, labels: labels)
        }
    }
}

/// The classes of one block that take part in a step.
struct PartOfHead {
    /// The range of the block's classes among this process's classes.
    let own: Range<Int>
    /// The positions of the block's participating classes among all participating ones.
    let places: Range<Int>
    /// The participating classes, relative to this process's first class; nil for all of the block.
    let chosen: [Int]?
    /// The samples' positions among them; -1 if a sample's class is in another block.
    let labels: [Int]
    /// First class of the block.
    private let first: Int

    /// - Parameters:
    ///   - classes: All classes of the block.
    ///   - firstOwn: This process's first class.
    ///   - sample: The participating classes of all blocks, ascending; nil for all.
    ///   - labels: The samples' positions among the participating classes.
    init(classes: Range<Int>, firstOwn: Int, sample: [Int]?, labels: [Int]) {
        own = classes.lowerBound - firstOwn..<classes.upperBound - firstOwn
        first = classes.lowerBound
        let places =
            sample.map {
                Self.index(
                    in: $0, of: classes.lowerBound)..<Self.index(in: $0, of: classes.upperBound)
            } ?? classes
        self.places = places
        chosen = sample.map { $0[places].map { $0 - firstOwn } }
        self.labels = labels.map { places.contains($0) ? $0 - places.lowerBound : -1 }
    }

    /// The index of the first of ascending numbers that is at least a bound.
    private static func index(in numbers: [Int], of bound: Int) -> Int {
        numbers.partitioningIndex { $0 >= bound }
    }

    func multiplied<Loss>(
        _ unitEmbeddings: Tensor, _ weight: Tensor, _ head: MarginHead<Loss>,
        _ workspace: HeadWorkspace, _ targets: Tensor
    ) -> DividedPass.Part {
        let rows = head.rows(of: own)
        let local = chosen.map { $0.map { $0 - own.lowerBound } }
        let block = ClassBlock(
            unitEmbeddings: unitEmbeddings, weight: weight.detached().narrowed(0, rows),
            classes: local.map { Tensor($0, device: weight.device) },
            labels: Tensor(labels, device: weight.device), subcenters: head.rowsPerClass,
            precision: head.options.precision, workspace: workspace, targets: targets)
        return DividedPass.Part(block: block, places: places, chosen: chosen)
    }
}
