import FaceRuns
import Testing

@Suite("Whether two sets are the same")
struct SetContentTests {
    private func content(_ images: String?, _ annotations: String?) -> SetContent {
        SetContent(images: images, annotations: annotations)
    }

    @Test("Images and labels must agree; labels that one side does not know are no difference")
    func same() {
        #expect(content("a", "l").isSame(as: content("a", "l")))
        #expect(content("a", nil).isSame(as: content("a", "l")))
        #expect(content("a", "l").isSame(as: content("a", "")))
        #expect(!content("a", "l").isSame(as: content("a", "m")))
        #expect(!content("a", "l").isSame(as: content("b", "l")))
    }

    @Test("Images that were not read are not known to be the same")
    func unknown() {
        #expect(!content(nil, "l").isSame(as: content(nil, "l")))
        #expect(!content("", "l").isComparable(to: content("a", "l")))
        #expect(!content("a", "l").isComparable(to: content("", "l")))
        #expect(content("a", nil).isComparable(to: content("b", nil)))
    }

    @Test("The difference is of the images first, mine before theirs")
    func difference() throws {
        let images = try #require(content("a", "l").difference(from: content("b", "m")))
        #expect(images.mine == "a" && images.theirs == "b")
        let labels = try #require(content("a", "l").difference(from: content("a", "m")))
        #expect(labels.mine == "l" && labels.theirs == "m")
    }

    @Test("Facts of a set give its hashes")
    func facts() {
        var train = TrainSetFacts(name: "t", images: 1, identities: 1, contentHash: "i")
        train.labelHash = "l"
        #expect(train.content == content("i", "l"))
        var test = TestSetFacts(
            name: "t", pairs: 2, folds: 1, pairsEachEpoch: 2, contentHash: "i")
        test.pairsHash = "p"
        #expect(test.content == content("i", "p"))
    }
}
