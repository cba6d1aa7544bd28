import Foundation
import Torch

/// The numbers of `Fixtures/reference.py`, which explains them.
enum FormulaWeights {
    /// `count` numbers between -1 and 1 that depend on nothing but the name.
    static func uniform(_ name: String, count: Int) -> [Double] {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        return [Double](unsafeUninitializedCapacity: count) { buffer, initialized in
            for position in 0..<count {
                var mixed = hash &+ UInt64(position + 1) &* 0x9e37_79b9_7f4a_7c15
                mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
                mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
                let bits = Int((mixed ^ (mixed >> 31)) >> 41)
                buffer[position] = Double(2 * bits + 1 - (1 << 23)) / Double(1 << 23)
            }
            initialized = count
        }
    }

    /// The same as a tensor.
    static func uniform(_ name: String, shape: [Int], type: ElementType) -> Tensor {
        Tensor(uniform(name, count: shape.reduce(1, *)), shape: shape).to(type)
    }

    /// Gives a network the formula's weights.
    static func load(into state: [StateEntry], smooth: Bool) {
        for entry in state where !entry.name.hasSuffix("num_batches_tracked") {
            var values = uniform(entry.name, count: entry.tensor.count)
            let shape = entry.tensor.shape
            if shape.count > 1 {
                let scale = (6 / Double(shape.dropFirst().reduce(1, *))).squareRoot()
                for index in values.indices { values[index] = Double(Float(values[index] * scale)) }
            } else {
                for index in values.indices {
                    values[index] = vectorValue(entry.name, values[index], index, smooth)
                }
            }
            entry.tensor.assign(Tensor(values, shape: shape))
        }
    }

    private static func vectorValue(
        _ name: String, _ value: Double, _ index: Int, _ smooth: Bool
    ) -> Double {
        if name.hasSuffix("running_mean") { return smooth ? value * 8 : value / 8 }
        if name.hasSuffix("running_var") { return (1 + value / 4) * (smooth ? 64 : 1) }
        guard name.hasSuffix("bias") else { return 1 + value / 4 }
        return value / 8 + (smooth ? (index % 3 == 2 ? -6 : 6) : 0)
    }
}
