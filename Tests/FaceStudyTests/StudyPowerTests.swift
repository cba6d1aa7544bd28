import FaceStudy
import Testing

@Suite("What a study could find")
struct StudyPowerTests {
    private func study(seeds: Int, losses: [String] = ["softmax", "arcface"]) -> StudyConfiguration
    {
        StudyConfiguration(
            train: [.init(name: "a", images: "A")], test: [.init(name: "lfw", images: "T")],
            backbones: ["mobilenetv1"], losses: losses, seeds: (1...UInt64(seeds)).map { $0 })
    }

    private func difference(_ power: StudyPower, near accuracy: Double) throws -> Double {
        try #require(power.rows.first?.differences.first { $0.accuracy == accuracy }).difference
    }

    @Test("One seed tells of two models: 2.80 standard errors")
    func oneSeed() throws {
        let power = StudyPower(study(seeds: 1), pairs: [6000])
        // V = 0.95 × 0.05 / 6000; (0.72 + 0.256) V; 1.960 + 0.842 standard errors.
        let expected = 2.8016 * (0.976 * 0.95 * 0.05 / 6000).squareRoot()
        #expect(abs(try difference(power, near: 0.95) - expected) < 1e-5)
        #expect(power.text.contains("one seed says nothing about the losses"))
        let rows = try #require(power.rows.first).differences
        #expect(rows.map(\.accuracy) == [0.8, 0.9, 0.95, 0.99, 0.995])
    }

    @Test("More seeds and more pairs find less, more comparisons find more")
    func monotone() throws {
        let few = try difference(StudyPower(study(seeds: 3), pairs: [6000]), near: 0.9)
        let many = try difference(StudyPower(study(seeds: 10), pairs: [6000]), near: 0.9)
        let large = try difference(StudyPower(study(seeds: 3), pairs: [24_000]), near: 0.9)
        #expect(many < few)
        #expect(abs(large - few / 2) < 1e-5)
        let losses = ["softmax", "arcface", "amsoftmax", "marginal"]
        let corrected = StudyPower(study(seeds: 3, losses: losses), pairs: [6000])
        #expect(corrected.comparisons == 6)
        #expect(try difference(corrected, near: 0.9) > few)
        #expect(corrected.text.contains("6 comparisons"))
    }
}
