import Foundation
import Testing

@testable import FaceData

/// Labels of pairs against the folders of their images.
@Suite struct PairLabelsTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A list of eight pairs of five people, half of them of one folder.
    ///
    /// - Parameter label: What the list says of a pair, by its number, whether it is of one folder.
    private func open(
        _ label: (_ number: Int, _ isOne: Bool) -> Bool
    ) throws -> VerificationPairs {
        var lines: [String] = []
        for person in 0..<4 {
            let one = label(2 * person, true) ? 1 : 0
            let two = label(2 * person + 1, false) ? 1 : 0
            lines.append("\(person)/1.png \(person)/2.png \(one)")
            lines.append("\(person)/1.png \(person + 1)/2.png \(two)")
        }
        for person in 0..<5 {
            for image in 1...2 {
                try folder.write(
                    RGBImage.noise(width: 8, height: 8, seed: UInt64(2 * person + image)),
                    to: "set/\(person)/\(image).png")
            }
        }
        let list = try folder.write(lines.joined(separator: "\n") + "\n", to: "pairs.txt")
        return try VerificationPairs.open(
            images: folder.url.appendingPathComponent("set"), pairs: list.path)
    }

    private func warning(_ pairs: VerificationPairs) -> String? {
        pairs.warnings.first { $0.contains("label") }
    }

    @Test func labelsThatAreRightAreNotDoubted() throws {
        let pairs = try open { _, isOne in isOne }
        #expect(warning(pairs) == nil && PairLabels(pairs).contradicting.isEmpty)
    }

    @Test func invertedLabelsAreTold() throws {
        let all = try warning(open { _, isOne in !isOne })
        #expect(
            all?.hasPrefix("the labels of 8 of 8 pairs contradict the folders of the images")
                == true)
        #expect(all?.hasSuffix("probably inverted (1 must be the same person)") == true)
        // Also where some are right.
        let most = try warning(open { number, isOne in number == 0 ? isOne : !isOne })
        #expect(most?.hasPrefix("the labels of 7 of 8 pairs contradict") == true)
    }

    @Test func samePairsOfTwoFoldersAreTold() throws {
        // All of one folder are different people but one, and so are all but three of two folders.
        let pairs = try open { number, isOne in isOne ? number == 0 : number > 2 }
        let labels = PairLabels(pairs)
        #expect(labels.contradicting.count == 6)
        #expect(try #require(warning(pairs)).hasPrefix("the labels of 6 of 8 pairs contradict"))
        // A list whose second column slipped by one person.
        let slipped = VerificationPairs(
            source: pairs.source,
            pairs: pairs.pairs.map {
                VerificationPair(
                    first: $0.first, second: ($0.second + 2) % pairs.images.count, same: $0.same,
                    fold: 0)
            }, folds: 1)
        let told = try #require(PairLabels(slipped).warning)
        #expect(
            told.contains(" pairs labelled the same person are of images in two folders"), "\(told)"
        )
    }

    /// A few wrong labels are listed one by one, as before, also where they are more than a quarter.
    @Test func someWrongLabelsAreListed() throws {
        let pairs = try open { number, isOne in number < 3 ? !isOne : isOne }
        #expect(warning(pairs) == nil)
        let survey = try ImageSurvey(pairs.source, threads: 1)
        let check = try SetCheck(.pairs(pairs), survey: survey)
        let found = try #require(check.diagnostics.first { $0.kind == "pair-of-other-people" })
        #expect(found.message == "3 pairs have a label that contradicts their folders")
        #expect(found.items.count == 3)
    }

    @Test func checkTellsInvertedLabels() throws {
        let pairs = try open { _, isOne in !isOne }
        let check = try SetCheck(.pairs(pairs), survey: try ImageSurvey(pairs.source, threads: 1))
        #expect(
            check.diagnostics.contains {
                $0.message.contains("probably inverted") && $0.severity == .warning
            })
        #expect(!check.diagnostics.contains { $0.kind == "pair-of-other-people" })
    }

    /// Folders that are no people: one for each column of the list, one for each part, one for each image.
    @Test(arguments: ["columns", "parts", "images"])
    func foldersThatAreNoPeopleAreNotTaken(layout: String) {
        let paths = (0..<8).map { index in
            switch layout {
            case "columns": "\(index % 2 == 0 ? "left" : "right")/\(index / 2).jpg"
            case "parts": "part\(index / 2)/\(index % 2).jpg"
            default: "\(index)/x.jpg"
            }
        }
        let pairs = (0..<4).map {
            VerificationPair(first: 2 * $0, second: 2 * $0 + 1, same: $0 % 2 == 0, fold: 0)
        }
        let set = VerificationPairs(
            source: ImageFiles(paths, in: folder.url), pairs: pairs, folds: 1)
        #expect(PairLabels(set).warning == nil && !PairLabels(set).areMostlyRight)
    }
}
