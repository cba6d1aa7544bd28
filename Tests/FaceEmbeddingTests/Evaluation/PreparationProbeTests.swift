import FaceData
import FaceEvaluation
import FaceModels
import Testing

@testable import FaceEmbedding

@Suite("Whether another preparation is far better")
struct PreparationProbeTests {
    /// What is said of a network that separates all pairs, unless its images are prepared as given.
    private func warning(same: Int, different: Int, apart: Double = 90) throws -> String? {
        let together = [Double](repeating: 10, count: same)
        let good = try AngledSet(
            same: together, different: .init(repeating: 90, count: different))
        let given = try AngledSet(
            same: together, different: .init(repeating: 180 - apart, count: different))
        return try PreparationProbe.warning(given: .standard, good.pairs) { preparation, images in
            #expect(images.count == good.pairs.images.count)
            return (preparation == .standard ? given : good).views.original
        }
    }

    @Test("is decided by 20 pairs of each kind and more")
    func fewPairs() throws {
        #expect(try warning(same: 60, different: 19, apart: 170) == nil)
        #expect(try warning(same: 19, different: 60, apart: 170) == nil)
        let text = try #require(try warning(same: 60, different: 20, apart: 170))
        // At one angle all pairs are accepted, and the 60 of one person are right.
        #expect(text.contains("100.0 % of 80 pairs correctly"), "\(text)")
        #expect(text.contains("as given, 75.0 %"), "\(text)")
    }

    @Test("is not said where the given one separates as well")
    func good() throws {
        #expect(try warning(same: 60, different: 60) == nil)
    }
}
