import FaceData
import Foundation
import Testing

@Suite struct VerificationPairsTests {
    /// Folds of two people with six images each: pairs of one person and pairs of both.
    private static func pairs(folds: Int, each: Int) throws -> VerificationPairs {
        let folder = try TemporaryFolder()
        let rows = (0..<folds).map { fold in
            (
                same: (0..<each).map { ("p\(fold)", $0 + 1, $0 + 2) },
                different: (0..<each).map { ("p\(fold)", $0 + 1, "Q_\(fold)", $0 + 1) }
            )
        }
        for fold in 0..<folds {
            for number in 1...each + 1 {
                for name in ["p\(fold)", "Q_\(fold)"] {
                    try folder.write("x", to: "\(name)/\(name)_000\(number).jpg")
                }
            }
        }
        let file = try folder.write(VerificationPairs.text(folds: rows), to: "pairs.txt")
        return try VerificationPairs.read(file, images: folder.url)
    }

    @Test(arguments: [(12, 12), (13, 12), (18, 18), (1, 6), (24, 24)])
    func aSubsetIsEven(wanted: Int, given: Int) throws {
        let all = try Self.pairs(folds: 3, each: 4)
        let some = all.subset(wanted)
        #expect(some.pairs.count == given)
        #expect(some.folds == 3)
        for fold in 0..<3 {
            let both = some.pairs.filter { $0.fold == fold }
            #expect(both.count == given / 3)
            #expect(both.count { $0.same } == given / 6)
        }
        let named = Set(some.pairs.flatMap { [$0.first, $0.second] })
        #expect(named == Set(some.images.indices))
        let names = Set(all.pairs.map { [all.images[$0.first], all.images[$0.second]] })
        #expect(
            some.pairs.allSatisfy {
                names.contains([some.images[$0.first], some.images[$0.second]])
            })
        #expect(all.subset(wanted).pairs == some.pairs)
    }

    @Test(arguments: [0, -1, 24, 1000])
    func allWhereNoFewerAreWanted(wanted: Int) throws {
        let all = try Self.pairs(folds: 3, each: 4)
        #expect(all.subset(wanted).pairs == all.pairs)
    }

    @Test func findsPeopleInBothSets() throws {
        let pairs = try Self.pairs(folds: 2, each: 1)
        #expect(pairs.identities == ["p0", "p1", "Q_0", "Q_1"])
        #expect(pairs.overlap(with: ["P0", "q 1", "p2", "Q00"]) == ["Q_1", "p0"])
        #expect(pairs.overlap(with: []).isEmpty)
    }

    @Test func foldsThatAPackCannotKeepAreTold() throws {
        let pairs = try Self.pairs(folds: 5, each: 4)
        let warning = try #require(pairs.packWarning)
        #expect(warning.contains("10 consecutive runs of its 40 pairs instead of the 5 folds"))
        let ten = pairs.withConsecutiveFolds(10)
        #expect(ten.folds == 10 && ten.packWarning == nil)
        #expect(ten.pairs.map(\.fold) == (0..<40).map { $0 / 4 })
        #expect(pairs.withConsecutiveFolds(1000).folds == 40)
    }
}
