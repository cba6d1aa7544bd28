import Testing
import Torch

@Suite("Windows of images")
struct WindowTests {
    private let image = Tensor((0..<25).map(Float.init), shape: [1, 1, 5, 5])

    @Test("A pool whose windows reach over the edge has one more of them")
    func overEdges() {
        let image = Tensor((0..<16).map(Float.init), shape: [1, 1, 4, 4])
        #expect(image.maxPooled(kernel: 3, stride: 2, padding: 0).array(of: Float.self) == [10])
        #expect(
            image.maxPooledOverEdges(kernel: 3, stride: 2).array(of: Float.self)
                == [10, 11, 14, 15])
    }

    @Test("Averages count the zeros around an image, and cover it where a size is asked for")
    func averages() {
        #expect(image.averagePooled(kernel: 5, stride: 1).array(of: Float.self) == [12])
        let corner = image.averagePooled(kernel: 3, stride: 4, padding: 1).array(of: Float.self)
        #expect(corner[0] == Float(0 + 1 + 5 + 6) / 9)
        let halves = image.averagePooled(toHeight: 1, width: 2)
        #expect(halves.shape == [1, 1, 1, 2])
        // Windows of three columns that share the middle one.
        #expect(halves.array(of: Float.self) == [11, 13])
    }

    @Test("A convolution is the product of filters and unfolded windows")
    func unfold() {
        let weight = Tensor((0..<6).map(Float.init), shape: [1, 1, 2, 3])
        let found = image.convolved(
            weight: weight, bias: Tensor([Float(1)]), stride: 1, padding: (0, 1))
        #expect(found.shape == [1, 1, 4, 5])
        // At the second row and column: rows 1 and 2, columns 0 to 2.
        let expected = zip([5, 6, 7, 10, 11, 12], 0..<6).reduce(Float(1)) {
            $0 + Float($1.0 * $1.1)
        }
        #expect(found.array(of: Float.self)[5 + 1] == expected)
        let columns = image.unfolded(kernel: 2, stride: 3)
        #expect(columns.shape == [1, 4, 4])
        let values = columns.array(of: Float.self)
        // The second window, of row 0 and column 3.
        #expect((0..<4).map { values[4 * $0 + 1] } == [3, 4, 8, 9])
    }

    @Test("GELU is the number times the normal distribution function")
    func gelu() {
        let found = Tensor([Double(-1), 0, 1, 10]).gelu().array(of: Double.self)
        // By the tables of the normal distribution.
        let expected = [-0.158655253931457, 0, 0.841344746068543, 10]
        #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-12 })
    }

    @Test("Zeros follow at the end of a dimension")
    func padding() {
        let padded = Tensor([Float(1), 2], shape: [1, 2]).padded(to: [2, 3])
        #expect(padded.shape == [2, 3])
        #expect(padded.array(of: Float.self) == [1, 2, 0, 0, 0, 0])
    }
}
