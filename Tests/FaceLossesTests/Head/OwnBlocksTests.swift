import FaceLosses
import Testing
import Torch

@Suite("A head of which a process has a part from the beginning")
struct OwnBlocksTests {
    // Two whole blocks, and one of 8 classes.
    private static let classes = 2 * ClassBlocks.standardSize + 8

    private static func make(
        _ name: String, ownBlocks: ((ClassBlocks) -> Range<Int>)? = nil
    ) throws -> any FaceLoss {
        try LossCatalogue.make(
            LossSpecification(parsing: name), classes: classes, embeddingSize: 3,
            initial: InitialWeights(seed: 4, path: "head"), head: HeadOptions(),
            ownBlocks: ownBlocks)
    }

    private static let angular = LossCatalogue.all.filter { $0 is any AngularMarginLoss.Type }
        .map { $0.descriptor.name }

    @Test("has what is left of the whole one", arguments: angular, [0..<1, 1..<3, 2..<2])
    func part(_ name: String, _ own: Range<Int>) throws {
        let whole = try #require(Self.make(name) as? any DividedHead)
        let part = try #require(Self.make(name) { _ in own } as? any DividedHead)
        #expect(part.ownBlocks == own && part.blocks == whole.blocks)
        #expect(part.classCount == Self.classes)
        whole.keep(own)
        #expect(part.ownWeight.shape == whole.ownWeight.shape)
        #expect(part.ownWeight.array(of: Float.self) == whole.ownWeight.array(of: Float.self))
        let others = zip(part.state, whole.state).filter { $0.0.name != "weight" }
        #expect(others.allSatisfy { $0.0.tensor.array(of: Float.self) == $0.1.tensor.array() })
    }

    @Test("is whole where a loss is not divided", arguments: ["softmax", "coco", "arcface+center"])
    func whole(_ name: String) throws {
        let loss = try Self.make(name) { _ in 1..<2 }
        let weight = try #require(loss.state.first { $0.name.hasSuffix("weight") })
        #expect(weight.tensor.shape == [Self.classes, 3])
    }

    @Test("is whole where all classes are one block")
    func oneBlock() throws {
        let loss = try LossCatalogue.make(
            LossSpecification(parsing: "arcface"), classes: 10, embeddingSize: 3,
            initial: InitialWeights(seed: 4), head: HeadOptions()
        ) { _ in 0..<0 }
        #expect(loss.state[0].tensor.shape == [10, 3])
    }
}
