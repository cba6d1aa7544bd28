import SafeNumbers
package import Torch

/// A head whose classes can be divided into blocks, of which a process has some or all.
package protocol DividedHead: FaceLoss {
    /// The blocks of all classes.
    var blocks: ClassBlocks { get }
    /// Those whose weights are here; all at first.
    var ownBlocks: Range<Int> { get }
    /// The weights `[c k, d]` of the classes that are here, k rows for each.
    var ownWeight: Tensor { get }
    /// Weights of each class.
    var rowsPerClass: Int { get }

    /// Divides the classes anew; for tests with few of them.
    func divide(intoBlocksOf size: Int)

    /// Forgets the weights of all other blocks.
    func keep(_ blocks: Range<Int>)

    /// Takes over the weights of all classes, which then are all here.
    func restore(_ weight: Tensor)

    /// Begins to compute the loss of a batch.
    ///
    /// - Parameter embeddings: `[n, d]`, whose gradient is computed.
    func begin(embeddings: Tensor, labels: Tensor, progress: LossProgress) -> DividedPass
}

extension DividedHead {
    /// The rows of the weight that a number of classes has.
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

    /// The blocks that are here, of the classes that take part in a step.
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
    /// The rows of the weights that are here, of all classes of the block; counted in classes.
    let own: Range<Int>
    /// The places of the classes that take part among all that do.
    let places: Range<Int>
    /// Those classes, counted from the first that is here; nil for all of the block.
    let chosen: [Int]?
    /// The samples' places among them, -1 where their classes are in other blocks.
    let labels: [Int]
    /// First class of the block.
    private let first: Int

    /// - Parameters:
    ///   - classes: All of the block.
    ///   - firstOwn: The first class whose weights are here.
    ///   - sample: The classes of all blocks that take part, ascending; nil for all.
    ///   - labels: The samples' places among the classes that take part.
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

    /// The place of the first of ascending numbers that is not less than a bound.
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
