import Testing
import Torch

@Suite("Differentiation")
struct GradientsTests {
    private struct Failure: Error {}

    @Test("Gradients add up until they are forgotten")
    func accumulation() throws {
        let x = Tensor([3.0]).withGradient()
        #expect(x.requiresGradient && x.gradient == nil)
        x.square().sum().backward()
        x.square().sum().backward()
        #expect(try #require(x.gradient).item() == 12)
        x.gradient = nil
        #expect(x.gradient == nil)
        x.gradient = Tensor([1.0])
        x.square().sum().backward()
        #expect(try #require(x.gradient).item() == 7)
    }

    @Test("What is detached or computed without gradients is not recorded")
    func detached() throws {
        let x = Tensor([3.0]).withGradient()
        #expect(!x.detached().requiresGradient)
        #expect(x.square().requiresGradient)
        #expect(!withoutGradients { x.square() }.requiresGradient)
        (x * x.detached()).sum().backward()
        #expect(try #require(x.gradient).item() == 3)
    }

    @Test("Derivatives are reported one by one during the pass, whole and before it returns")
    func ready() {
        let first = Tensor([2.0, 3.0]).withGradient()
        let second = Tensor([5.0, 7.0]).withGradient()
        // The second is used twice: its derivative is the sum of both uses.
        let output = (first.square() * second).square() + second
        let seed = Tensor([1.0, 10.0])
        let expected = output.derivatives(of: [first, second], gradOutput: seed)
        let again = (first.square() * second).square() + second
        var told: [Int: [Double]] = [:]
        var order: [Int] = []
        let found = again.derivatives(of: [first, second], gradOutput: seed) { index, derivative in
            order.append(index)
            told[index] = derivative.array(of: Double.self)
        }
        #expect(order == [1, 0])
        for index in 0..<2 {
            let values = expected[index].array(of: Double.self)
            #expect(found[index].array(of: Double.self) == values)
            #expect(told[index] == values)
        }
        // By hand: d/da (a^2 b)^2 + b = 4 a^3 b^2, d/db = 2 a^4 b + 1.
        #expect(told[0] == [800, 10 * 4 * 27 * 49] && told[1] == [161, 10 * (2 * 81 * 7 + 1)])
        #expect(first.gradient == nil && second.gradient == nil)
        _ = (first * second).derivatives(of: [first, second], gradOutput: seed)
        #expect(order.count == 2)
    }

    @Test("Recording is as before after a body throws, also inside another")
    func withoutGradientsThrows() {
        let x = Tensor([3.0]).withGradient()
        #expect(throws: Failure.self) { try withoutGradients { throw Failure() } }
        #expect(x.square().requiresGradient)
        withoutGradients {
            #expect(throws: Failure.self) { try withoutGradients { throw Failure() } }
            #expect(!x.square().requiresGradient)
        }
        #expect(x.square().requiresGradient)
    }

    @Test("Precision is as before after a body throws, also inside another")
    func withPrecisionThrows() {
        let x = Tensor.ones([2, 2])
        var type: ElementType { x.matmul(x).type }
        #expect(type == .float32)
        #expect(throws: Failure.self) {
            try withPrecision(.bfloat16, on: .cpu) {
                #expect(type == .bfloat16)
                throw Failure()
            }
        }
        #expect(type == .float32)
        withPrecision(.bfloat16, on: .cpu) {
            #expect(throws: Failure.self) {
                try withPrecision(.bfloat16, on: .cpu) { throw Failure() }
            }
            #expect(type == .bfloat16)
            #expect(throws: Failure.self) {
                try withFullPrecision(on: .cpu) {
                    #expect(type == .float32)
                    throw Failure()
                }
            }
            #expect(type == .bfloat16)
        }
        #expect(type == .float32)
        #expect(withPrecision(.float32, on: .cpu) { type } == .float32)
    }

    @Test("In bfloat16 products are rounded, parameters and gradients are not")
    func bfloat16() throws {
        let x = Tensor([1.0, 1.001] as [Float], shape: [1, 2])
        let weight = Tensor([1.0, 1.0] as [Float], shape: [1, 2]).withGradient()
        let y = withPrecision(.bfloat16, on: .cpu) { x.linear(weight: weight) }
        #expect(y.type == .bfloat16)
        #expect(y.item() == 2)
        y.sum().backward()
        #expect(try #require(weight.gradient).type == .float32)
    }

    @Test("Parameters changed between two bodies of reduced precision are cast anew")
    func castCache() {
        let x = Tensor.ones([1, 1])
        let weight = Tensor.ones([1, 1]).withGradient()
        func product() -> Double {
            withPrecision(.bfloat16, on: .cpu) { x.linear(weight: weight) }.item()
        }
        #expect(product() == 1)
        weight.fill(3)
        #expect(product() == 3)
    }

    @Test("Assignment to a parameter is not recorded")
    func assignment() throws {
        let x = Tensor([1.0]).withGradient()
        x.assign(Tensor([5.0]))
        x.square().sum().backward()
        #expect(try #require(x.gradient).item() == 10)
        #expect(x.requiresGradient)
    }
}
