import Testing

@testable import FaceSynthesis

@Suite("Plans of sets")
struct SyntheticPlanTests {
    private func plan(
        identities: Int = 12, images: ImageCount = .fixed(5), noise: Float = 0,
        first: Int = 0, seed: UInt64 = 3
    ) throws -> SyntheticPlan {
        try SyntheticPlan(
            SyntheticSet(
                name: "a", seed: seed, firstIdentity: first, identities: identities,
                imagesPerIdentity: images, labelNoise: noise, size: 32))
    }

    @Test("Images are numbered from 1 in folders that are numbered from 0")
    func numbers() throws {
        let plan = try plan()
        #expect(plan.folders.count == 12 && plan.imageCount == 60)
        for (label, folder) in plan.folders.enumerated() {
            #expect(folder.map(\.number) == [1, 2, 3, 4, 5])
            #expect(folder.allSatisfy { $0.label == label && $0.shown == label })
        }
        #expect(plan.mislabelled.isEmpty)
    }

    @Test("Names have seven digits, files four")
    func names() throws {
        let plan = try plan(first: 1_000_000)
        #expect(plan.name(of: 0) == "Person_1000000")
        #expect(plan.path(of: plan.folders[11][4]) == "Person_1000011/Person_1000011_0005.jpg")
        let low = try self.plan(images: .fixed(12))
        #expect(low.path(of: low.folders[3][11]) == "Person_0000003/Person_0000003_0012.jpg")
        let last = SyntheticPlan.Image(label: 9, number: 9999, shown: 9)
        #expect(low.path(of: last) == "Person_0000009/Person_0000009_9999.jpg")
    }

    @Test("A long tail is given to people in an order of the seed's")
    func longTail() throws {
        let tail = ImageCount.longTail(least: 2, greatest: 20, exponent: 1)
        let counts = try plan(images: tail).folders.map(\.count)
        let ranked = tail.counts(identities: 12)
        #expect(counts != ranked && counts.sorted() == ranked.sorted())
        #expect(try plan(images: tail, seed: 4).folders.map(\.count) != counts)
        #expect(try plan(images: tail, first: 12).folders.map(\.count) != counts)
    }

    @Test("As many images as asked for show somebody else", arguments: [0.1, 0.5, 0.9] as [Float])
    func labelNoise(_ noise: Float) throws {
        let plan = try plan(identities: 30, noise: noise)
        #expect(plan.mislabelled.count == Int(noise * 150 + 0.5))
        #expect(plan.mislabelled.allSatisfy { $0.shown != $0.label && (0..<30).contains($0.shown) })
        let image = try #require(plan.mislabelled.first)
        #expect(image.isMislabelled)
        // The person is the other one, and the photograph that of the folder.
        #expect(plan.identity(of: image).index == image.shown)
        #expect(
            plan.view(of: image)
                == FaceView(seed: 3, identity: image.label, image: image.number, variation: 1))
        // Everybody is taken for somebody now and then.
        #expect(noise < 0.5 || Set(plan.mislabelled.map(\.shown)).count > 20)
    }

    @Test("People and views follow the population's numbers")
    func population() throws {
        let (here, there) = (try plan(first: 5), try plan())
        #expect(
            here.identity(of: here.folders[0][0]) == there.identity(of: there.folders[5][0]))
        #expect(here.view(of: here.folders[0][2]) == there.view(of: there.folders[5][2]))
        #expect(here.view(of: here.folders[0][2]) != here.view(of: here.folders[0][3]))
        #expect(FaceIdentity(seed: 1, index: 0) != FaceIdentity(seed: 2, index: 0))
    }

    @Test("Pairs of a fold are its own people's, each once, in LFW's order")
    func pairs() throws {
        let set = try SyntheticSet(
            name: "a", identities: 20, imagesPerIdentity: .fixed(4), size: 32,
            pairs: .init(folds: 4, pairsPerFold: 25))
        let plan = try SyntheticPlan(set)
        let pairs = VerificationPairs(plan)
        #expect(pairs.folds.count == 4)
        for (fold, content) in pairs.folds.enumerated() {
            let people = fold * 5..<(fold + 1) * 5
            #expect(content.matched.count == 25 && content.mismatched.count == 25)
            #expect(content.matched.allSatisfy { $0.isMatched && $0.firstImage < $0.secondImage })
            #expect(content.mismatched.allSatisfy { !$0.isMatched && $0.first < $0.second })
            for pair in content.matched + content.mismatched {
                #expect(people.contains(pair.first) && people.contains(pair.second))
                #expect((1...4).contains(pair.firstImage) && (1...4).contains(pair.secondImage))
            }
            #expect(Set(content.matched + content.mismatched).count == 50)
            #expect(Set(content.mismatched.flatMap { [$0.first, $0.second] }).count == 5)
        }
        let lines = pairs.text(plan).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines[0] == "4\t25" && lines.count == 202 && lines.last == "")
        let first = pairs.folds[0].matched[0]
        #expect(
            lines[1] == "\(plan.name(of: first.first))\t\(first.firstImage)\t\(first.secondImage)")
        let other = pairs.folds[0].mismatched[0]
        #expect(
            lines[26] == "\(plan.name(of: other.first))\t\(other.firstImage)\t"
                + "\(plan.name(of: other.second))\t\(other.secondImage)")
        #expect(VerificationPairs(try self.plan()).folds.isEmpty)
    }
}
