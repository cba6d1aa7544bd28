import FaceLosses
import FaceStudy
import Testing

@Suite("Toys", .serialized)
struct ToyTrainingTests {
    private static let faces = ToyFaces(identities: 4, images: 6)

    @Test(
        "a few faces are told apart in two and three dimensions, with narrower identities by a margin",
        arguments: [2, 3])
    func training(_ dimensions: Int) throws {
        func toy(_ text: String) throws -> ToyTraining {
            try ToyTraining(
                LossSpecification(parsing: text), faces: Self.faces, dimensions: dimensions,
                steps: 150)
        }
        let (plain, margin) = (try toy("softmax"), try toy("arcface"))
        for toy in [plain, margin] {
            #expect(toy.accuracy >= 0.9)
            #expect(toy.embeddings.count == 24 && toy.embeddings[0].count == dimensions)
            #expect(toy.labels == (0..<24).map { $0 / 6 })
            #expect(toy.weights.map(\.label) == [0, 1, 2, 3])
        }
        #expect(margin.meanAngle < plain.meanAngle)
        #expect(margin.minGap > 45)
    }

    @Test("the same toy is the same again, another seed another")
    func repeats() throws {
        let specification = try LossSpecification(parsing: "subcenter:k=2")
        func toy(_ seed: UInt64) throws -> ToyTraining {
            try ToyTraining(
                specification, faces: Self.faces, dimensions: 2, steps: 20, seed: seed)
        }
        let first = try toy(1)
        #expect(try toy(1).embeddings == first.embeddings)
        #expect(try toy(2).embeddings != first.embeddings)
        #expect(first.weights.map(\.label) == [0, 0, 1, 1, 2, 2, 3, 3])
    }
}
