import FaceData
import FaceEvaluation
import Foundation
import Testing

@Suite struct TemplateDetailsTests {
    @Test func groupsAreCountedAtOneThreshold() throws {
        // Two people of group x and two of y, two templates each; scores as told.
        var pairs = TemplatePairs()
        var cosines: [Double] = []
        func add(_ first: Int, _ second: Int, _ same: Bool, _ score: Double) {
            pairs.append(first, second, same: same)
            cosines.append(score)
        }
        for (person, score) in [0.9, 0.2, 0.8, 0.7].enumerated() {
            add(2 * person, 2 * person + 1, true, score)
        }
        let impostors: [(Int, Int, Double)] = [
            (0, 2, 0.6), (1, 3, 0.1), (4, 6, 0.0), (5, 7, 0.05), (0, 4, 0.3),
        ]
        for (first, second, score) in impostors { add(first, second, false, score) }
        let report = try GroupReport(
            "colour", pairs: pairs, cosines: cosines, people: [0, 0, 1, 1, 2, 2, 3, 3],
            groups: ["x", "x", "x", "x", "y", "y", "y", "y"], fmr: 0.2)
        // One of five impostors may be accepted: the threshold is the second highest, .3.
        #expect(report.threshold == 0.3)
        #expect(report.rows.map(\.groups) == [["x", "x"], ["y", "y"], ["x", "y"]])
        #expect(report.rows.map(\.fnmr) == [0.5, 0, nil])
        #expect(report.rows.map(\.fmr) == [0.5, 0, 0])
        #expect(report.rows.map(\.people) == [2, 2, 2])
        #expect(report.worst == "x")
        #expect(report.rows[0].toBest?.first == 0.5)
        #expect(report.rows[1].toBest == nil)
        #expect(report.rows[0].caveat == "only 2 people")
        #expect(throws: FaceEvaluationError.oneKindOnly(same: true)) {
            var only = TemplatePairs()
            only.append(0, 1, same: true)
            _ = try GroupReport(
                "a", pairs: only, cosines: [1], people: [0, 0], groups: ["x", "x"])
        }
    }

    @Test func membersOfNoGroupAreLeftOut() throws {
        var pairs = TemplatePairs()
        pairs.append(0, 1, same: true)
        pairs.append(0, 2, same: false)
        let report = try GroupReport(
            "a", pairs: pairs, cosines: [0.5, 0.1], people: [0, 0, 1], groups: ["x", "x", nil])
        #expect(report.rows.map(\.groups) == [["x", "x"]])
        #expect(report.rows[0].fmr == nil)
    }

    @Test func rejectingByAPerfectQualityRemovesErrorsFirst() throws {
        let genuine = (0..<100).map { (score: $0 < 20 ? 0.1 : 0.9, quality: Double($0)) }
        let curve = try ErrorRejectCurve(genuine: genuine, threshold: 0.5)
        #expect(curve.points.first?.fnmr == 0.2)
        #expect(isClose(curve.points[10].fnmr, 10.0 / 90))
        #expect(curve.points[20].fnmr == 0)
        #expect(isClose(curve.excessArea, 0))
        let useless = try ErrorRejectCurve(
            genuine: genuine.map { (score: $0.score, quality: 1) }, threshold: 0.5)
        #expect(useless.points.allSatisfy { isClose($0.fnmr, 0.2) })
        #expect(useless.excessArea > 0.05)
        #expect(curve.pairs == 100)
        #expect(throws: FaceEvaluationError.noPairs) {
            _ = try ErrorRejectCurve(genuine: [], threshold: 0)
        }
        #expect(throws: FaceEvaluationError.scoreNotFinite(pair: 0)) {
            _ = try ErrorRejectCurve(genuine: [(score: .nan, quality: 1)], threshold: 0)
        }
    }

    /// n pairs of one quality, of which one is accepted, and n errors of a better one: the mean of the
    /// first n is rounded, and what is left of the sum is more than n for 22 of these n.
    @Test(arguments: 2...60)
    func errorsAloneAreAllOfWhatIsLeft(count: Int) throws {
        let genuine = (0..<2 * count).map {
            (score: $0 == 0 ? 0.9 : 0.1, quality: $0 < count ? 0.0 : 1)
        }
        let curve = try ErrorRejectCurve(genuine: genuine, threshold: 0.5)
        let last = try #require(curve.points.last)
        #expect(last.fnmr <= 1 && isClose(last.fnmr, 1))
        #expect(curve.points.allSatisfy { (0...1).contains($0.fnmr) })
    }

    @Test func aGroupWithoutPairsHasNoRow() throws {
        // Of z there is one template, in no pair; w has pairs of its own kind alone.
        var pairs = TemplatePairs()
        pairs.append(0, 1, same: true)
        pairs.append(2, 3, same: true)
        pairs.append(0, 2, same: false)
        let report = try GroupReport(
            "a", pairs: pairs, cosines: [0.5, 0.4, 0.1], people: [0, 0, 1, 1, 2],
            groups: ["w", "w", nil, nil, "z"])
        #expect(report.rows.map(\.groups) == [["w", "w"]])
        #expect(report.rows[0].fmr == nil && report.rows[0].fnmr == 0)
        #expect(report.rows[0].toBest == nil && report.worst == "w")
        let none = try GroupReport(
            "a", pairs: pairs, cosines: [0.5, 0.4, 0.1], people: [0, 0, 1, 1, 2],
            groups: [nil, nil, nil, nil, "z"])
        #expect(none.rows.isEmpty && none.worst == nil)
    }

    @Test func oneHugeGroupAndScoresAllEqual() throws {
        var pairs = TemplatePairs()
        for first in 0..<90 {
            for second in 0..<first { pairs.append(first, second, same: first / 2 == second / 2) }
        }
        let people = (0..<90).map { $0 / 2 }
        let equal = [Double](repeating: 0.25, count: pairs.count)
        let report = try GroupReport(
            "a", pairs: pairs, cosines: equal, people: people,
            groups: [String](repeating: "all", count: 90), fmr: 0.01)
        // Nothing is above the threshold that all scores are.
        #expect(report.threshold == 0.25)
        #expect(report.rows.count == 1 && report.rows[0].people == 45)
        #expect(report.rows[0].fnmr == 1 && report.rows[0].fmr == 0)
        #expect(report.rows[0].toBest == nil && report.rows[0].caveat == nil)
        let scores = try TemplateScores(
            genuine: [Double](repeating: 0.25, count: 9), impostor: equal)
        #expect(scores.tar(atFAR: 1e-3) == 0 && scores.tar(atFAR: 1) == 1)
    }

    /// Many are sorted by their digits, in two halves.
    @Test(arguments: [8_192, 8_193, 50_001])
    func manyScoresAreSorted(count: Int) throws {
        var state: UInt64 = 1
        let scores = (0..<count).map { index -> Double in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            // Every second one is one of few, and numbers of all sizes have both signs.
            let number = Double(Int64(bitPattern: state) >> 11) / 4_503_599_627_370_496
            return index % 2 == 0 ? (number * 4).rounded() / 4 : number * number * number
        }
        let sorted = try TemplateScores(genuine: scores, impostor: [-1e300, 1e-300, 0]).genuine
        #expect(sorted == scores.sorted(by: >))
    }

    @Test func aSetWhoseEmbeddingsAreAllOneHasFigures() throws {
        let (set, views) = try TemplateGoldenTests.load()
        let same = try EmbeddingTable(
            count: views.count, dimension: 2, values: (0..<2 * views.count).map { _ in 1 })
        let report = try TemplateReport(
            of: ScoredTemplates(set, EmbeddingViews(original: same)), draws: 20)
        #expect(report.figures.compactMap(\.value).allSatisfy { $0 == 0 })
        #expect(report.figures.contains { $0.value == 0 })
        #expect(report.cumulativeMatches.first == 0)
        let data = try JSONEncoder().encode(report)
        #expect(try JSONDecoder().decode(TemplateReport.self, from: data) == report)
    }

    @Test func normalisationFollowsItsDefinition() throws {
        let table = try EmbeddingTable(count: 2, dimension: 2, values: [1, 0, 0, 1])
        // Enrolled (1, 0) scores .6, .8 and 1 against the cohort, the probe (0, 1) .8, .6 and 0.
        let cohort = try EmbeddingTable(count: 3, dimension: 2, values: [0.6, 0.8, 0.8, 0.6, 1, 0])
        func score(_ kind: ScoreNormalization) throws -> Double {
            let rows = try kind.rows(of: table, cohort: cohort)
            return zip(rows.enrolled[0], rows.probes[1]).reduce(0) { $0 + Double($1.0 * $1.1) }
        }
        let z = (0 - 0.8) / (0.08 / 3).squareRoot()
        let mean = 1.4 / 3
        let square = (pow(0.8 - mean, 2) + pow(0.6 - mean, 2) + mean * mean) / 3
        let t = (0 - mean) / square.squareRoot()
        #expect(isClose(try score(.z), z, within: 1e-5))
        #expect(isClose(try score(.t), t, within: 1e-5))
        #expect(isClose(try score(.s), (z + t) / 2, within: 1e-5))
        // The two highest: .8 and 1, .8 and .6.
        let adaptive = ((0 - 0.9) / 0.1 + (0 - 0.7) / 0.1) / 2
        #expect(isClose(try score(.adaptive(top: 2)), adaptive, within: 1e-4))
        let one = try EmbeddingTable(count: 1, dimension: 2, values: [1, 0])
        #expect(throws: FaceEvaluationError.cohortTooSmall(count: 1)) {
            _ = try ScoreNormalization.s.rows(of: table, cohort: one)
        }
    }

    @Test func thresholdsCarryOver() throws {
        let first = try TemplateScores(
            genuine: [0.9], impostor: (0..<10_000).map { Double($0) / 20_000 })
        let second = try TemplateScores(genuine: [0.6, 0.3], impostor: [0.7, 0.1, 0.2, 0.3])
        let found = try #require(
            ThresholdTransfer(from: ("a", first), to: ("b", second), far: 1e-3))
        // Ten of ten thousand may be above: the eleventh highest is the threshold.
        #expect(found.threshold == 9989.0 / 20_000)
        #expect(found.far == 0.25)
        #expect(found.tar == 0.5)
        #expect(ThresholdTransfer(from: ("b", second), to: ("a", first)) == nil)
    }

    @Test func figuresWithoutTenErrorsAreNotGiven() throws {
        let (set, views) = try TemplateGoldenTests.load()
        let report = try TemplateReport(of: ScoredTemplates(set, views), draws: 20)
        let tars = report.figures.filter { if case .tar = $0.measure { true } else { false } }
        #expect(report.impostor < 10_000)
        #expect(tars.map { $0.value == nil } == [true, true, true, true, false, false])
        #expect(tars[3].needed == 10_000)
        #expect(tars.allSatisfy { $0.insightFace != nil })
        #expect(
            report.warnings.contains {
                $0.hasPrefix("No figure is given where fewer than ten errors are to be expected: ")
            })
        let data = try JSONEncoder().encode(report)
        #expect(try JSONDecoder().decode(TemplateReport.self, from: data) == report)
    }

    @Test func failuresToEnrolAreMisses() throws {
        let (set, views) = try TemplateGoldenTests.load()
        let whole = try TemplateReport(of: ScoredTemplates(set, views), draws: 0)
        let gone = try #require(set.galleries.first?.templates.first)
        let images = Set(set.templates[gone].members.map(\.image))
        let less = try TemplateReport(of: ScoredTemplates(set, views, failed: images), draws: 0)
        #expect(less.failedToEnrol == 1)
        #expect(less.mated == whole.mated)
        // In the other gallery the person's probes are searches for somebody unknown, as before.
        #expect(less.nonmated == whole.nonmated)
        #expect(less.failures?.templates == [set.templates[gone].name])
        #expect(less.failures?.images == images.sorted().map(set.source.name(of:)))
        #expect(less.failures?.rate == 1 / Double(set.templates.count))
        #expect(
            less.warnings.contains { $0.contains("1 template has no other and failed to enrol") })
        let person = set.templates[gone].person
        let probes = set.probes.count { set.templates[$0].person == person }
        func rate(_ report: TemplateReport) -> Double? {
            report.figures.first { $0.measure == .rank(10) }?.value
        }
        // Of each gallery's searches the person's are misses, at any rank.
        let mated = set.galleries.map { gallery in
            let enrolled = Set(gallery.templates.compactMap { set.templates[$0].person })
            return set.probes.count { enrolled.contains(set.templates[$0].person ?? -1) }
        }
        #expect(try #require(rate(less)) <= 1 - Double(probes) / Double(mated[0]) / 2 + 1e-12)
    }

    /// Generalised rates by a naive count: a failed template's pairs are never accepted.
    @Test func failedTemplatesCountIntoGeneralisedRates() throws {
        var stream = SplitMix64(seed: 5)
        let people = 60
        let values = (0..<2 * people * 8).map { index -> Float in
            let own = Float(sin(Double(index / 16 * 8 + index % 8) * 1.7))
            return own + Float(stream.next() >> 40) / Float(1 << 24) * 0.9
        }
        let views = try EmbeddingViews(
            original: EmbeddingTable(count: 2 * people, dimension: 8, values: values))
        var pairs = TemplatePairs()
        for first in 0..<people {
            for second in 0..<people {
                pairs.append(2 * first, 2 * second + 1, same: first == second)
            }
        }
        let set = TemplateSet(
            source: NumberedImages(count: 2 * people),
            templates: (0..<2 * people).map {
                .init(name: "t\($0)", person: $0 / 2, members: [.init(image: $0, medium: $0)])
            }, people: (0..<people).map { "p\($0)" }, pairs: pairs)
        let failed: Set<Int> = [0, 7, 30]
        let report = try TemplateReport(of: ScoredTemplates(set, views, failed: failed), draws: 10)
        #expect(report.genuine == people && report.impostor == people * (people - 1))
        let rows = try views.original.normalized()
        func score(_ pair: Int) -> Double {
            let (first, second) = (Int(pairs.first[pair]), Int(pairs.second[pair]))
            if failed.contains(first) || failed.contains(second) { return -9 }
            return zip(rows[first], rows[second]).reduce(0) { $0 + Double($1.0) * Double($1.1) }
        }
        let impostors = (0..<pairs.count).filter { !pairs.same[$0] }.map(score).sorted(by: >)
        let threshold = impostors[Int(0.01 * Double(impostors.count) + 1e-9)]
        let accepted = (0..<pairs.count).count { pairs.same[$0] && score($0) > threshold }
        let tar = try #require(report.figures.first { $0.measure == .tar(far: 0.01) }?.value)
        #expect(isClose(tar, Double(accepted) / Double(people)))
        #expect(tar <= Double(people - 3) / Double(people))
        // What is told besides does not take failures for comparisons.
        let details = try TemplateDetails(ScoredTemplates(set, views, failed: failed))
        #expect(details.scores.genuine.count == people - 3)
        #expect(details.scores.impostor.allSatisfy { $0 >= -1.001 })
        #expect(details.cosines.count == pairs.count)
    }

    @Test func probesOfUnknownPeopleThatFailRaiseNoAlarm() throws {
        let (set, views) = try TemplateGoldenTests.load()
        let enrolled = Set(
            set.galleries.flatMap(\.templates).compactMap { set.templates[$0].person })
        let probe = try #require(
            set.probes.first { !enrolled.contains(set.templates[$0].person ?? -1) }
                ?? set.probes.first)
        let whole = try TemplateReport(of: ScoredTemplates(set, views), draws: 0)
        let images = Set(set.templates[probe].members.map(\.image))
        let less = try TemplateReport(of: ScoredTemplates(set, views, failed: images), draws: 0)
        #expect(less.mated == whole.mated && less.nonmated == whole.nonmated)
    }

    @Test func qualitiesOfAFileMakeACurveOfTheirOwn() throws {
        let (set, views) = try TemplateGoldenTests.load()
        let details = try TemplateDetails(ScoredTemplates(set, views))
        let far = try #require(details.supportedFAR)
        let byNorm = try #require(try details.errorReject())
        #expect(byNorm.quality == QualityCurve.norm && byNorm.far == far)
        // A quality that is the norm gives the norm's curve; one that is all alike, the same rate everywhere.
        let norms = (0..<views.count).map { image -> Double in
            var row = [Double](repeating: 0, count: views.original.dimension)
            for view in [views.original] + (views.mirrored.map { [$0] } ?? []) {
                for (index, value) in view[image].enumerated() { row[index] += Double(value) }
            }
            return row.reduce(0) { $0 + $1 * $1 }.squareRoot()
        }
        let same = try #require(try details.errorReject(by: norms, named: "n"))
        #expect(same.curve == byNorm.curve && same.quality == "n")
        let flat = try #require(
            try details.errorReject(by: norms.map { _ in 3 }, named: "flat"))
        let first = try #require(flat.curve.points.first?.fnmr)
        #expect(flat.curve.points.allSatisfy { isClose($0.fnmr, first) })
    }

    @Test func attributesOfManyValuesMakeNoGroups() throws {
        let (set, views) = try TemplateGoldenTests.load()
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("facet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("attributes.csv")
        let rows = set.people.enumerated().map { "\($1),\($0 % 2 == 0 ? "a" : "b"),\($0)" }
        try (["person,half,age"] + rows).joined(separator: "\n").write(
            to: file, atomically: true, encoding: .utf8)
        let table = try AttributeTable.read(file)
        let found = try SetDetails(
            "s", try TemplateDetails(ScoredTemplates(set, views)), of: set,
            SetAnnotations(attributes: table),
            draws: 20)
        let isMany = set.people.count > GroupReport.mostGroups
        #expect(found.groups.map(\.attribute) == (isMany ? ["half"] : ["half", "age"]))
        #expect(found.warnings.contains { $0.hasPrefix("no groups by 'age': its") } == isMany)
        #expect(found.annotations == table.contentHash + " ")
        #expect(found.groups[0].rows[0].fnmrReplicates?.draws.count == 20)
        let data = try JSONEncoder().encode(found)
        #expect(try JSONDecoder().decode(SetDetails.self, from: data) == found)
    }

    @Test func weightsHaveNames() {
        #expect(TemplatePooling(weights: "norm+detector") == TemplatePooling())
        #expect(TemplatePooling(weights: "detector")?.weighsByNorm == false)
        #expect(TemplatePooling(weights: "norm")?.weighsByDetector == false)
        #expect(
            TemplatePooling(weights: "none")
                == TemplatePooling(weighsByNorm: false, weighsByDetector: false))
        #expect(TemplatePooling(weights: "quality") == nil)
    }

    @Test func templatesOfNothingAreRefused() throws {
        let (set, views) = try TemplateGoldenTests.load()
        let zero = try EmbeddingTable(
            count: views.count, dimension: 2, values: (0..<2 * views.count).map { _ in 0 })
        #expect(throws: FaceEvaluationError.zeroTemplate(name: set.templates[0].name)) {
            _ = try TemplatePooling().embeddings(of: set, EmbeddingViews(original: zero))
        }
        let broken = try EmbeddingTable(
            count: views.count, dimension: 1, values: (0..<views.count).map { _ in .infinity })
        #expect(throws: FaceEvaluationError.self) {
            _ = try TemplatePooling().embeddings(of: set, EmbeddingViews(original: broken))
        }
        let few = try EmbeddingTable(count: 1, dimension: 1, values: [1])
        #expect(throws: FaceEvaluationError.embeddingCount(images: set.source.count, rows: 1)) {
            _ = try TemplatePooling().embeddings(of: set, EmbeddingViews(original: few))
        }
    }
}

/// Images that nothing reads.
private struct NumberedImages: ImageSource {
    let count: Int
    var location: URL { URL(fileURLWithPath: "images") }
    func name(of index: Int) -> String { "\(index).jpg" }
    func read(_ index: Int, into buffer: ReadBuffer) throws(FaceDataError) {
        throw .badImage(path: path(of: index), reason: "it is a name")
    }
}
