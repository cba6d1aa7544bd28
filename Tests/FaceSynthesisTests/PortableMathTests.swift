import Foundation
import Testing

@testable import FaceSynthesis

/// Against the C library, within the 4e-6 that is promised.
@Suite("Portable functions")
struct PortableMathTests {
    private func expectClose(_ found: Float, _ truth: Double, _ what: String) {
        #expect(abs(Double(found) - truth) <= 4e-6 * max(1, abs(truth)), "\(what)")
    }

    @Test("Sine and cosine")
    func circle() {
        for angle in stride(from: Float(-20), through: 20, by: 0.0371) {
            expectClose(PortableMath.sine(angle), sin(Double(angle)), "sin \(angle)")
            expectClose(PortableMath.cosine(angle), cos(Double(angle)), "cos \(angle)")
        }
        #expect(PortableMath.sine(0) == 0)
    }

    @Test("Exponential and logarithm")
    func exponentials() {
        for x in stride(from: Float(-30), through: 30, by: 0.173) {
            expectClose(PortableMath.exponential(x), exp(Double(x)), "exp \(x)")
        }
        #expect(PortableMath.exponential(0) == 1)
        #expect(PortableMath.exponential(100) == PortableMath.exponential(80))
        #expect(PortableMath.exponential(-100) == PortableMath.exponential(-80))
        for x in [Float(1e-6), 0.1, 0.5, 0.999, 1, 1.3, 1.4142, 1.4143, 2, 10, 12345] {
            expectClose(PortableMath.logarithm(x), log(Double(x)), "log \(x)")
        }
    }

    @Test("Powers")
    func powers() {
        for base in [Float(0.001), 0.3, 1, 2.5, 60] {
            for exponent in [Float(-2), -0.4, 0, 0.5, 2.2] {
                expectClose(
                    PortableMath.power(base, exponent), pow(Double(base), Double(exponent)),
                    "\(base)^\(exponent)")
            }
        }
        #expect(PortableMath.power(0, 2) == 0 && PortableMath.power(-1, 2) == 0)
    }

    @Test("Ranges and curves")
    func curves() {
        #expect(PortableMath.clamp(-1, 0, 2) == 0 && PortableMath.clamp(3, 0, 2) == 2)
        #expect(PortableMath.clamp(1.5, 0, 2) == 1.5 && PortableMath.clamp(.nan, 0, 2) == 0)
        #expect(PortableMath.mix(2, 6, 0) == 2 && PortableMath.mix(2, 6, 1) == 6)
        #expect(PortableMath.mix(2, 6, 0.25) == 3)
        #expect(PortableMath.smoothstep(1, 3, 0.9) == 0 && PortableMath.smoothstep(1, 3, 3.1) == 1)
        #expect(PortableMath.smoothstep(1, 3, 2) == 0.5)
        #expect(PortableMath.smoothstep(1, 3, 1.5) == 0.15625)
        #expect(PortableMath.smoothstep(3, 1, 1.5) == 1 - 0.15625)
        #expect(PortableMath.bump(0) == 1 && PortableMath.bump(1) == 0)
        #expect(PortableMath.bump(0.5) == 0.5625 && PortableMath.bump(0.5, 0.5) == 0.25)
        #expect(PortableMath.bump(0.9, 0.9) == 0)
    }

    @Test("Vectors and turns")
    func vectors() {
        let (a, b) = (Vector(1, 2, 3), Vector(-2, 0.5, 4))
        #expect(a.dot(b) == 11)
        #expect(a.cross(b) == Vector(6.5, -10, 4.5))
        #expect(Vector(0, 3, 4).normalised == Vector(0, 0.6, 0.8))
        #expect(Vector(0, 0, 0).normalised == Vector(0, 0, 1))
        #expect(a.mixed(b, 0.5) == Vector(-0.5, 1.25, 3.5))
        #expect(abs(Vector(1, 1, 1).luminance - 1) < 1e-6)
        #expect(Vector(1, 0, 0).luminance < Vector(0, 1, 0).luminance)
        let quarter = Float.pi / 2
        // Towards the picture's right, down, and counter-clockwise.
        for (turn, from, to) in [
            (Rotation(yaw: quarter, pitch: 0, roll: 0), Vector(0, 0, 1), Vector(1, 0, 0)),
            (Rotation(yaw: 0, pitch: quarter, roll: 0), Vector(0, 0, 1), Vector(0, -1, 0)),
            (Rotation(yaw: 0, pitch: 0, roll: quarter), Vector(1, 0, 0), Vector(0, 1, 0)),
            (Rotation(yaw: quarter, pitch: 0, roll: quarter), Vector(0, 0, 1), Vector(0, 1, 0)),
        ] {
            let difference = turn(from) - to
            #expect(difference.dot(difference) < 1e-9)
        }
    }

    @Test("The noise tile repeats without a seam, and has mean 0")
    func noise() {
        NoiseField.shared.withSampler { noise in
            var (sum, largest) = (Float(0), Float(0))
            for row in 0..<128 {
                for column in 0..<128 {
                    let value = noise(Float(column), Float(row))
                    sum += value
                    largest = max(largest, abs(value))
                    if row % 16 == 0, column % 16 == 0 {
                        #expect(value == noise(Float(column + 128), Float(row)))
                        #expect(value == noise(Float(column), Float(row - 128)))
                    }
                }
            }
            #expect(largest < 2.3)
            #expect(abs(sum / 16384) < 0.1)
            // Halfway between four places stands their mean.
            let corners = [(5, 9), (6, 9), (5, 10), (6, 10)].map { noise(Float($0.0), Float($0.1)) }
            #expect(abs(noise(5.5, 9.5) - corners.reduce(0, +) / 4) < 1e-5)
            #expect(abs(noise(5.25, 9) - (0.75 * corners[0] + 0.25 * corners[1])) < 1e-5)
        }
    }
}
