import FaceData
import Foundation
import Testing

@Suite struct CelebritiesInFrontalProfileTests {
    /// Two people with two frontal faces and one profile each, two splits.
    private static func set() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        var frontal = ""
        var profile = ""
        for person in 1...2 {
            for image in 1...2 {
                try folder.write("f", to: "Data/Images/00\(person)/frontal/0\(image).jpg")
                frontal +=
                    "\(2 * person + image - 2) ../Data/Images/00\(person)/frontal/0\(image).jpg\n"
            }
            try folder.write("p", to: "Data/Images/00\(person)/profile/01.jpg")
            profile += "\(person) ../Data/Images/00\(person)/profile/01.jpg\r\n"
        }
        try folder.write(frontal, to: "Protocol/Pair_list_F.txt")
        try folder.write(profile, to: "Protocol/Pair_list_P.txt")
        for split in ["01", "02"] {
            try folder.write("1,2\n3,4\n", to: "Protocol/Split/FF/\(split)/same.txt")
            try folder.write("1,3\n2,4\n", to: "Protocol/Split/FF/\(split)/diff.txt")
            try folder.write("1,1\n4,2", to: "Protocol/Split/FP/\(split)/same.txt")
            try folder.write("1,2\n3,1", to: "Protocol/Split/FP/\(split)/diff.txt")
        }
        return folder
    }

    @Test func readsBothProtocols() throws {
        let folder = try Self.set()
        let frontal = try VerificationPairs.open(images: folder.url, pairs: "FF")
        #expect(frontal.folds == 2 && frontal.pairs.count == 8)
        #expect(frontal.pairs.map(\.fold) == [0, 0, 0, 0, 1, 1, 1, 1])
        #expect(frontal.pairs.map(\.same) == [true, true, false, false, true, true, false, false])
        #expect(frontal.images.allSatisfy { $0.contains("frontal") })
        let profile = try VerificationPairs.open(images: folder.url, pairs: "FP")
        let names = profile.pairs.prefix(4).map {
            [profile.images[$0.first], profile.images[$0.second]]
        }
        #expect(
            names == [
                ["Data/Images/001/frontal/01.jpg", "Data/Images/001/profile/01.jpg"],
                ["Data/Images/002/frontal/02.jpg", "Data/Images/002/profile/01.jpg"],
                ["Data/Images/001/frontal/01.jpg", "Data/Images/002/profile/01.jpg"],
                ["Data/Images/002/frontal/01.jpg", "Data/Images/001/profile/01.jpg"],
            ])
        #expect(try profile.source.bytes(of: 1) == Array("p".utf8))
    }

    @Test func asksForAProtocol() throws {
        let folder = try Self.set()
        #expect(
            refusal { _ = try VerificationPairs.open(images: folder.url, pairs: "") }?.description
                .contains("add ',FP' or ',FF'") == true)
    }

    @Test func namesTheLineThatIsWrong() throws {
        let folder = try Self.set()
        let file = try folder.write("1,1\n9,2", to: "Protocol/Split/FP/02/same.txt")
        #expect(
            refusal { _ = try VerificationPairs.open(images: folder.url, pairs: "FP") }
                == .line(path: file.path, line: 2, reason: "there is no image 9 in the list"))
        try folder.write("1:1", to: "Protocol/Split/FP/02/same.txt")
        #expect(
            refusal { _ = try VerificationPairs.open(images: folder.url, pairs: "FP") }
                == .line(
                    path: file.path, line: 1, reason: "expected a pair of two numbers, as '1,2'"))
    }
}
