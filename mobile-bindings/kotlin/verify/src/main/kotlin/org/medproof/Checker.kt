package org.medproof

import java.io.IOException
import java.util.Collections

/** What came of a check. */
sealed interface Outcome {
    /** What was wrong with the nodes that gave no usable answer, in the order in which they were asked. */
    val failures: List<Failure>

    /**
     * A verdict that this device worked out.
     *
     * `node` is the one whose proof it rests on; without one it rests on the carried proof, or on the scan alone.
     * `proof` can be kept and carried. `historyShown` says whether the history was shown to be only added to.
     */
    class Answered(
        val verdict: Verdict,
        val node: String?,
        val proof: ByteArray?,
        val historyShown: Boolean,
        override val failures: List<Failure>,
    ) : Outcome

    /** No node answered and no proof was carried: nothing was checked, and nothing is said about the pack. */
    class NoAnswer(override val failures: List<Failure>) : Outcome
}

/** A node that could not be used: a stable code of core, or what went wrong on the way. */
data class Failure(val node: String, val reason: String)

/**
 * Checks scans against nodes of which it believes none (`docs/CLIENT.md`).
 *
 * It blocks while it waits for the network: call it off the main thread. A memory that cannot be read is
 * an error; to begin anew from the anchor instead would forget the newest header and a fork.
 */
class Checker(
    anchor: ByteArray,
    private val nodes: List<String>,
    private val memory: Memory,
    private val timeoutMs: Int = 4_000,
    private val nowMs: () -> Long = System::currentTimeMillis,
    /** Another order each time, so that no node is asked about everything. */
    private val order: (List<String>) -> List<String> = { it.shuffled() },
) : AutoCloseable {
    private val client = memory.load()?.let { Client.resume(anchor, it) } ?: Client(anchor)

    /** What is trusted, to be shown and compared. */
    fun anchor(): AnchorInfo = client.anchor()

    /** Evidence of a fork, if one was seen. */
    fun fork(): ByteArray? = client.fork()

    /** Asks the nodes one after the other until one proves an answer; else takes the carried proof, if there is one. */
    fun check(scan: String, purpose: Purpose, carried: ByteArray? = null): Outcome {
        val text = wellFormed(scan)
        return if (parseScan(text, false).result == "read") kept(ask(text, purpose, carried)) else local(text, purpose)
    }

    /** The verdict from a carried proof alone; no node is asked. */
    fun checkCarried(scan: String, purpose: Purpose, proof: ByteArray): Outcome.Answered =
        kept(carried(wellFormed(scan), purpose, proof, emptyList()))

    override fun close() = client.close()

    private fun ask(scan: String, purpose: Purpose, carried: ByteArray?): Outcome {
        val failures = Collections.synchronizedList(mutableListOf<Failure>())
        val historyShown = goForward(failures)
        if (failures.any { it.reason == FORK }) return local(scan, purpose, failures)
        var best: Outcome.Answered? = null
        for (node in order(nodes)) {
            val (proof, verdict) = attempt(node, failures) { askOne(node, scan, purpose) } ?: continue
            val found = Outcome.Answered(verdict, node, proof, historyShown, failures)
            if (verdict.rank() < BEST) failures += Failure(node, verdict.reasons.firstOrNull() ?: verdict.axes.trust)
            if (best == null || verdict.rank() > best.verdict.rank()) best = found
            if (best.verdict.rank() == BEST) break
        }
        return best ?: carried?.let { carried(scan, purpose, it, failures) } ?: Outcome.NoAnswer(failures)
    }

    /** Current before old, and what a quorum signed before what was refused; no node changes what a fork says. */
    private fun Verdict.rank(): Int {
        val isTrusted = axes.trust == "quorum" || axes.trust == "needs-newer-client"
        val isFresh = axes.freshness == "fresh"
        return when {
            axes.trust == "fork" || (isTrusted && isFresh && "trust.older-header" !in reasons) -> BEST
            !isTrusted -> 0
            else -> if (isFresh) 2 else 1
        }
    }

    /** Asks every node for its newest header: one that hides it is outdone by one that does not. */
    private fun goForward(failures: MutableList<Failure>): Boolean {
        val (height, size) = client.height() to client.historySize()
        val shown = nodes.parallelStream().map { node ->
            attempt(node, failures) { client.advance(Node(node, timeoutMs).update(height, size), now()).historyShown }
        }
        return shown.toList().any { it == true }
    }

    private fun askOne(node: String, scan: String, purpose: Purpose): Pair<ByteArray, Verdict> {
        val proof = Node(node, timeoutMs).proof(scan, client.height())
        return proof to client.verify(scan, proof, now(), Policy(purpose, Mode.ONLINE))
    }

    private fun carried(scan: String, purpose: Purpose, proof: ByteArray, failures: List<Failure>): Outcome.Answered {
        val verdict = client.verify(scan, proof, now(), Policy(purpose, Mode.CARRIED))
        return Outcome.Answered(verdict, null, proof, false, failures)
    }

    /** What needs no proof: a scan that names nothing, and a fork. */
    private fun local(scan: String, purpose: Purpose, failures: List<Failure> = emptyList()): Outcome.Answered {
        val verdict = client.verify(scan, ByteArray(0), now(), Policy(purpose, Mode.ONLINE))
        return Outcome.Answered(verdict, null, null, false, failures)
    }

    /** Stores what was learnt before the answer is given; one after the other, so that the newest stays. */
    private fun <T : Outcome> kept(outcome: T): T {
        synchronized(memory) { memory.save(client.memory()) }
        return outcome
    }

    /** Half a character, which only a damaged scan has, is no text to other languages. */
    private fun wellFormed(scan: String) = scan.encodeToByteArray().decodeToString()

    private fun now() = nowMs().toULong()

    private inline fun <T> attempt(node: String, failures: MutableList<Failure>, work: () -> T): T? = try {
        work()
    } catch (refused: ClientException) {
        failures += Failure(node, refused.code)
        null
    } catch (broken: IOException) {
        failures += Failure(node, "network: ${broken.message ?: broken.javaClass.simpleName}")
        null
    }

    private companion object {
        const val BEST = 3
        const val FORK = "trust.fork"
    }
}
