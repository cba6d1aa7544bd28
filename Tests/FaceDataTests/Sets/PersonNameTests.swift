import Foundation
import Testing

@testable import FaceData

@Suite struct PersonNameTests {
    @Test(arguments: [
        ["Kareena_Kapoor", "KareenaKapoor", "kareena kapoor", "Kareena-Kapoor", "KAREENA  KAPOOR"],
        ["Zoë O'Hara", "Zoe\u{308}_Ohara", "zoe_o\u{2019}hara", "ZOEOHARA"],
        ["Søren Łukasz", "soren_lukasz"], ["Weiß", "weiss"], ["Ｓａｌｍａｎ Khan", "salman khan"],
        ["Иванов", "иванов"], ["id_1_12", "id 1-12"], ["id-1", "id 1", "id1"],
    ])
    func spellingsOfOneName(names: [String]) {
        #expect(
            Set(names.map { PersonName($0).key }).count == 1, "\(names.map { PersonName($0).key })")
    }

    @Test(arguments: [
        ["id_1_12", "id_11_2", "id_112"], ["007", "7"], ["मीरा", "मोरा"], ["張三", "張四"],
        ["Ann Lee", "Anna Lee"], ["0166921", "166921"], ["-1", "1", "+1"],
        ["-1.000000", "1.000000"],
    ])
    func namesOfOtherPeople(names: [String]) {
        #expect(Set(names.map { PersonName($0).key }).count == names.count)
    }

    private static func pairs(_ paths: [String]) -> VerificationPairs {
        VerificationPairs(
            source: ImageFiles(paths, in: URL(fileURLWithPath: "/data/lfw")), pairs: [], folds: 1)
    }

    /// However paths are written, the people are the same.
    @Test(arguments: [
        "%/1.jpg", "./%/1.jpg", "lfw/%/1.jpg", "/data/lfw/%/1.jpg", "x/../lfw/./%//1.jpg",
        "Data/Images/%/frontal/01.jpg", "%_0001.jpg", "flat/%_0001.jpg", "/data/all/./%_12.jpg",
    ])
    func peopleOfPaths(form: String) {
        let names = ["Ann_Lee", "Bob_Ray", "Cy_Day"]
        let paths = names.map { form.replacingOccurrences(of: "%", with: $0) }
        let both = paths + paths.map { $0.replacingOccurrences(of: "frontal", with: "profile") }
        let pairs = Self.pairs(both)
        #expect(pairs.identities == Set(names))
        #expect(pairs.owners == (names + names))
        #expect(pairs.overlap(with: ["ann lee", "bobray", "Dan"]) == ["Ann_Lee", "Bob_Ray"])
    }

    @Test func foldersInBetweenNamePeopleToo() {
        let pairs = Self.pairs(["a/Ann/1/x.jpg", "a/Ann/2/x.jpg", "a/Bob/3/x.jpg"])
        #expect(pairs.overlap(with: ["Ann", "a", "bob"]) == ["Ann", "Bob"])
    }

    /// A folder that all images share is nobody's, unless the files' names tell nobody apart either.
    @Test func aSharedFolderIsAPersonIfFilesAreNumbered() {
        #expect(Self.pairs(["Ann/1.jpg", "Ann/2.jpg"]).owners == ["Ann", "Ann"])
        #expect(Self.pairs(["Ann/image_1.jpg", "Ann/image_2.jpg"]).owners == ["Ann", "Ann"])
        #expect(Self.pairs(["all/Ann_1.jpg", "all/Bob_2.jpg"]).owners == ["Ann", "Bob"])
    }

    @Test func namesOfATrainingSetMayBeThoseOfItsFiles() {
        for folder in ["", "faces/", "/data/faces/"] {
            let set = LabelledImageSet(
                source: ImageFiles(
                    ["Ann_Lee_1.jpg", "Ann_Lee_2.jpg", "BobRay_1.jpg", "Dan_1.jpg"].map {
                        folder + $0
                    }, in: URL(fileURLWithPath: "/c")),
                identities: ["0", "1", "2"], labels: [0, 0, 1, 2])
            let pairs = Self.pairs(["Ann_Lee/1.jpg", "Bob_Ray/1.jpg", "Eve/1.jpg"])
            #expect(SetOverlap(of: set, with: pairs, indices: []).people == ["0", "1"])
        }
    }

    @Test func namesOfATrainingSetMayStandInItsPaths() {
        let set = LabelledImageSet(
            source: ImageFiles(
                ["c/Ann_Lee/1.jpg", "c/BobRay/1.jpg", "c/salman khan/1.jpg", "c/Dan/1.jpg"],
                in: URL(fileURLWithPath: "/c")),
            identities: ["0", "1", "2", "3"], labels: [0, 1, 2, 3])
        let pairs = Self.pairs(["Ann_Lee/1.jpg", "Bob_Ray/1.jpg", "Salman_Khan/1.jpg", "Eve/1.jpg"])
        let overlap = SetOverlap(of: set, with: pairs, indices: [])
        #expect(overlap.people == ["0", "1", "2"])
        #expect(overlap.shared.map(\.isExact) == [true, false, false])
        #expect(overlap.respellings == ["BobRay = Bob_Ray", "salman khan = Salman_Khan"])
    }
}
