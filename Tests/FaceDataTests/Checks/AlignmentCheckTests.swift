import FaceData
import Foundation
import Testing

@Suite("Whether a set's faces are aligned")
struct AlignmentCheckTests {
    private func check(
        _ pictures: Int, _ image: (Int) -> RGBImage
    ) throws -> (AlignmentCheck, SetCheck) {
        let folder = try TemporaryFolder()
        for index in 0..<pictures {
            try folder.write(image(index), to: "set/p\(index % 2)/\(index).png")
        }
        let set = try ImageCollection.open(folder.url.appendingPathComponent("set").path)
        let check = try AlignmentCheck(set.source, DotDetector(), threads: 2)
        let survey = try ImageSurvey(set.source, threads: 2)
        return (check, try SetCheck(set, survey: survey, alignment: check))
    }

    @Test func alignedSets() throws {
        let (check, set) = try check(6) { index in
            .dots([(56 + index % 3 - 1, 72, 1)], width: 112, height: 112)
        }
        #expect(check.template == "insightface" && check.pictures == 6)
        let median = try #require(check.median)
        #expect(check.distances.count == 6 && median < 2)
        #expect(!set.diagnostics.contains { $0.kind == "not-aligned" })
    }

    @Test func otherTemplatesAreAlignments() throws {
        let (check, _) = try check(6) { _ in
            var image = RGBImage.dots([], width: 150, height: 150)
            for (number, point) in FaceTemplate.dlib().points.points.enumerated() {
                let place = (Int(point.y.rounded()) * 150 + Int(point.x.rounded())) * 3
                image.pixels.replaceSubrange(place..<place + 3, with: [255, UInt8(number + 1), 0])
            }
            return image
        }
        let median = try #require(check.median)
        #expect(check.template == "dlib" && median < 1)
        #expect(check.diagnostic(of: "set") == nil)
    }

    @Test func setsThatAreNotAligned() throws {
        let (check, set) = try check(8) { index in
            .dots([(90 + 10 * (index % 3), 120, 0.7)], width: 250, height: 250)
        }
        #expect(try #require(check.median) > 10)
        let found = try #require(set.diagnostics.first { $0.kind == "not-aligned" })
        #expect(found.severity == .warning)
        #expect(found.message.contains("8 that were found in 8 pictures"))
        #expect(found.message.contains("FOLDER --detect"))
    }

    @Test func setsWithoutFacesAreNotJudged() throws {
        let (check, set) = try check(8) { index in
            .dots(index == 0 ? [(90, 120, 0.7)] : [], width: 250, height: 250)
        }
        #expect(check.median == nil && check.distances.count == 1)
        #expect(!set.diagnostics.contains { $0.kind == "not-aligned" })
    }
}
