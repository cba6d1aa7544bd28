import Testing
import Torch

@Suite("Tensors")
struct TensorTests {
    @Test("Values, shape and type are those given")
    func creation() {
        let x = Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3])
        #expect(x.shape == [2, 3] && x.rank == 2 && x.count == 6)
        #expect(x.type == .float32 && x.device == .cpu)
        #expect(x.array(of: Float.self) == [1, 2, 3, 4, 5, 6])
        #expect(Tensor([1.5, 2.5]).type == .float64)
        #expect(Tensor([1, 2]).type == .int64)
        #expect(Tensor([1, 2] as [UInt8]).type == .uint8)
        #expect(Tensor([] as [Float]).shape == [0])
        #expect(Tensor([7] as [Float], shape: []).item() == 7)
    }

    @Test("Constants have every type", arguments: ElementType.allCases)
    func constants(_ type: ElementType) {
        let ones = Tensor.ones([2, 2], type: type)
        #expect(ones.type == type)
        #expect(ones.to(.float64).array(of: Double.self) == [1, 1, 1, 1])
        #expect(Tensor.zeros([3], type: type).to(.float64).array(of: Double.self) == [0, 0, 0])
        #expect(ones.filled(like: 0, shape: [1]).type == type)
    }

    @Test("A range counts from 0")
    func range() {
        #expect(Tensor.range(4).array(of: Int.self) == [0, 1, 2, 3])
        #expect(Tensor.range(2, type: .float32).array(of: Float.self) == [0, 1])
        #expect(Tensor.range(0).shape == [0])
    }

    @Test("Conversion rounds as the type does, and reads back as any Swift type")
    func conversion() {
        let x = Tensor([1.0, 2.7, -3.2])
        #expect(x.to(.int64).array(of: Int.self) == [1, 2, -3])
        #expect(x.to(.bfloat16).array(of: Double.self) == [1, 2.703125, -3.203125])
        #expect(x.array(of: Float.self) == [1, 2.7, -3.2])
        #expect(x.to().array(of: Double.self) == [1, 2.7, -3.2])
        #expect(Tensor([300.0]).array(of: Int.self) == [300])
    }

    @Test("Elements are read row by row whatever their order in memory")
    func memoryFormat() {
        let x = Tensor((0..<24).map(Float.init), shape: [2, 3, 2, 2])
        let y = x.contiguous(.channelsLast)
        #expect(x.isContiguous() && !x.isContiguous(.channelsLast))
        #expect(y.isContiguous(.channelsLast) && !y.isContiguous())
        #expect(y.array(of: Float.self) == x.array(of: Float.self))
        #expect(x.transposed(0, 1).contiguous().isContiguous())
        #expect(!Tensor([1.0]).isContiguous(.channelsLast))
    }

    @Test("Images are normalised planes", arguments: MemoryFormat.allCases)
    func images(_ format: MemoryFormat) {
        let x = Tensor.images(
            [0, 10, 20, 30, 40, 50], count: 1, height: 2, width: 1, mean: 10, standardDeviation: 5,
            format: format)
        #expect(x.shape == [1, 3, 2, 1] && x.type == .float32)
        #expect(x.array(of: Float.self) == [-2, 4, 0, 6, 2, 8])
        let gray = Tensor.images(
            [1, 2], count: 2, height: 1, width: 1, channels: 1, mean: 0, standardDeviation: 1,
            format: format)
        #expect(gray.shape == [2, 1, 1, 1])
    }

    @Test("Parts share memory, copies do not")
    func sharing() {
        let x = Tensor([1, 2, 3, 4] as [Float])
        let part = x.narrowed(0, 1..<3)
        let copy = x.copy()
        part.fill(9)
        #expect(x.array(of: Float.self) == [1, 9, 9, 4])
        #expect(copy.array(of: Float.self) == [1, 2, 3, 4])
    }

    @Test("Assignment converts and keeps the place")
    func assignment() {
        let x = Tensor.zeros([2])
        let same = x.narrowed(0, 0..<2)
        x.assign(Tensor([1.5, -2]))
        #expect(x.type == .float32)
        #expect(same.array(of: Float.self) == [1.5, -2])
    }

    @Test("Random numbers depend on the seed alone, in every type")
    func randomNumbers() {
        let first = Tensor.zeros([1000], type: .float64)
        let second = Tensor.zeros([1000])
        first.fillNormal(mean: 3, standardDeviation: 2, seed: 5)
        second.fillNormal(mean: 3, standardDeviation: 2, seed: 5)
        #expect(second.array(of: Float.self) == first.array(of: Float.self))
        #expect(abs(first.mean().item() - 3) < 0.3)
        #expect(abs((first - 3).square().mean().item().squareRoot() - 2) < 0.2)
        second.fillNormal(mean: 3, standardDeviation: 2, seed: 6)
        #expect(second.array(of: Float.self) != first.array(of: Float.self))
        first.fillUniform(-1..<3, seed: 5)
        #expect(first.min().item() >= -1 && first.max().item() < 3)
        #expect(abs(first.mean().item() - 1) < 0.2)
    }

    @Test("A part of a larger tensor gets that part's random numbers")
    func randomPart() {
        // LibTorch draws groups of 16 numbers, and 2^20 are drawn at once.
        let total = (1 << 20) + 21
        let whole = Tensor.zeros([total])
        whole.fillNormal(standardDeviation: 2, seed: 5)
        let numbers = whole.array(of: Float.self)
        let border = 1 << 20
        let ranges: [Range<Int>] = [
            0..<3, 5..<40, border - 3..<border + 5, border..<border + 1, total - 9..<total, 7..<7,
            total..<total, 0..<total,
        ]
        for range in ranges {
            let part = Tensor.zeros([range.count])
            part.fillNormal(standardDeviation: 2, seed: 5, asPart: range, of: total)
            #expect(part.array(of: Float.self) == Array(numbers[range]), "\(range)")
        }
    }
}
