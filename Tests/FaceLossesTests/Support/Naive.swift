import Foundation

/// The equations written as loops over numbers, to hold the losses against.
enum Naive {
    static func dot(_ a: [Double], _ b: [Double]) -> Double {
        var sum = 0.0
        for i in a.indices { sum += a[i] * b[i] }
        return sum
    }

    static func norm(_ a: [Double]) -> Double { dot(a, a).squareRoot() }

    /// The cosine of the angle between two vectors; 0 when one of them has no direction.
    static func cosine(_ a: [Double], _ b: [Double]) -> Double {
        let norms = norm(a) * norm(b)
        return norms == 0 ? 0 : max(-1, min(1, dot(a, b) / norms))
    }

    /// -log( e^(z_y) / sum e^(z_j) )
    static func crossEntropy(_ logits: [Double], _ label: Int) -> Double {
        let largest = logits.max() ?? 0
        var sum = 0.0
        for logit in logits { sum += exp(logit - largest) }
        return log(sum) + largest - logits[label]
    }

    /// Mean cross-entropy of scaled cosines, of which the target's is modified.
    ///
    /// - Parameter frozen: A sample; what the margin takes off the target's logit is computed of
    ///   this one instead, so that it is ignored in differences.
    static func angular(
        _ sample: Sample, frozen: Sample? = nil, scale: ([Double]) -> Double,
        target: (_ cosine: Double) -> Double
    ) -> Double {
        var total = 0.0
        for (i, x) in sample.embeddings.enumerated() {
            let y = sample.labels[i]
            var logits = sample.weights.map { scale(x) * cosine(x, $0) }
            let source = frozen ?? sample
            let origin = source.embeddings[i]
            let plain = cosine(origin, source.weights[y])
            logits[y] += scale(origin) * (target(plain) - plain)
            total += crossEntropy(logits, y)
        }
        return total / Double(sample.embeddings.count)
    }

    /// Mean cross-entropy of W x + b.
    static func softmax(_ sample: Sample) -> Double {
        var total = 0.0
        for (x, y) in zip(sample.embeddings, sample.labels) {
            let logits = zip(sample.weights, sample.biases).map { dot($0, x) + $1 }
            total += crossEntropy(logits, y)
        }
        return total / Double(sample.embeddings.count)
    }
}
