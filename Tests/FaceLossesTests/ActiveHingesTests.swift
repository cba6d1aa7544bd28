import FaceLosses
import Testing

/// The fraction of hinges that are active, which tells whether a margin fits the embeddings' norm.
@Suite("Active hinges")
struct ActiveHingesTests {
    private func active(_ text: String, _ sample: Sample) throws -> Double? {
        try Evaluation(text, sample).state.record.first { $0.key.hasSuffix("active") }?.value
    }

    @Test("are all or none with margins beyond all distances and of 0")
    func extremes() throws {
        let sample = Sample.random(seed: 71)
        for term in ["range", "minimum-margin"] {
            #expect(try active("\(term):M=1e6", sample) == 1, "\(term)")
            #expect(try active("\(term):M=0", sample) == 0, "\(term)")
        }
        #expect(try active("contrastive:m=2", sample) == 1)
        #expect(try active("contrastive:m=0", sample) == 0)
        #expect(try active("triplet:mining=all,alpha=4", sample) == 1)
        #expect(try active("marginal:xi=4", sample) == 1)
    }

    /// After batch normalisation, embeddings of 512 are at a squared distance of about 1,024.
    @Test(
        "of independent normal embeddings are some by default, all or none by the paper's margins")
    func calibration() throws {
        let sample = Sample.random(seed: 72, count: 16, classes: 16, size: 512)
        for term in ["range", "minimum-margin"] {
            let fraction = try #require(try active(term, sample))
            #expect(fraction > 0.1 && fraction <= 1, "\(term): \(fraction)")
        }
        #expect(try active("range-paper", sample) == 1)
        #expect(try active("minimum-margin-paper", sample) == 0)
    }
}
