package org.medproof

import java.io.IOException
import java.util.Collections

/** What came of a check. */
sealed interface Outcome {
    /** The questions that gave nothing usable, in the order in which they were asked. */
    val failures: List<Failure>

    /**
     * A verdict that this device worked out.
     *
     * `node` is the one whose proof it rests on; without one it rests on the carried proof, or on the scan alone.
     * `proof` can be kept and carried. `opened` is what a bundle shows beside the verdict. `historyShown` says whether the history was shown to be only added to.
     */
    class Answered(
        val verdict: Verdict,
        val node: String?,
        val proof: ByteArray?,
        val lookup: Lookup?,
        val opened: Opened?,
        val historyShown: Boolean,
        override val failures: List<Failure>,
    ) : Outcome

    /** No node answered and no proof was carried: nothing was checked, and nothing is said about the pack. */
    class NoAnswer(override val failures: List<Failure>) : Outcome
}

/** What came of a check of several scans; `many` is absent if no node answered. */
class ManyOutcome(
    val many: Many?,
    val node: String?,
    val proof: ByteArray?,
    val historyShown: Boolean,
    val failures: List<Failure>,
)

/**
 * Checks scans against nodes of which it believes none (`docs/CLIENT.md`).
 *
 * It blocks while it waits for the network: call it off the main thread. A memory that cannot be read is
 * an error; to begin anew from the anchor instead would forget the newest header and a fork. One checker,
 * and one process, for each memory.
 */
class Checker(
    anchor: ByteArray,
    private val nodes: List<String>,
    private val memory: Memory,
    private val lookup: LookupPolicy = LookupPolicy.BUCKET,
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

    /**
     * Asks the nodes one after the other until one proves an answer; else takes the carried proof, if there is one.
     * `lookup` is this check's own, as `BUNDLE` where somebody wants to keep the answer.
     */
    fun check(
        scan: String,
        purpose: Purpose,
        carried: ByteArray? = null,
        lookup: LookupPolicy = this.lookup,
    ): Outcome {
        val text = wellFormed(scan)
        val reading = parseScan(text, false).takeIf { it.result == "read" }?.readings?.first()
        return if (reading == null) local(text, purpose) else kept(ask(text, reading, purpose, carried, lookup))
    }

    /** The verdicts about several scans, such as a pallet and its packs, from one proof: the node learns which. */
    fun checkMany(scans: List<String>, purpose: Purpose): ManyOutcome {
        val texts = scans.map(::wellFormed)
        // What cannot be read is asked of nobody, and takes no part in a proof.
        val codes = texts.filter { parseScan(it, false).result == "read" }
        val judge = { proof: ByteArray -> client.verifyMany(texts, proof, now(), Policy(purpose, Mode.ONLINE)) }
        val failures = failures()
        if (codes.isEmpty()) return ManyOutcome(judge(ByteArray(0)), null, null, false, failures)
        val historyShown = goForward(failures)
        if (forked(failures)) return kept(ManyOutcome(judge(ByteArray(0)), null, null, historyShown, failures))
        var best: Pair<Int, ManyOutcome>? = null
        for (node in turns()) {
            val proof = attempt(node, failures) { node.proofs(codes, client.height()) } ?: continue
            val many = judge(proof)
            val asked = many.verdicts.filter { it.axes.trust != "not-checked" }
            val worst = asked.minOfOrNull { it.rank() } ?: BEST
            if (worst > (best?.first ?: -1)) best = worst to ManyOutcome(many, node.address, proof, historyShown, failures)
            if (worst == BEST) break
        }
        return kept(best?.second ?: ManyOutcome(null, null, null, historyShown, failures))
    }

    /** The verdict from a carried proof alone; no node is asked. */
    fun checkCarried(scan: String, purpose: Purpose, proof: ByteArray): Outcome.Answered =
        kept(carried(wellFormed(scan), purpose, proof, emptyList()))

    override fun close() = client.close()

    private fun ask(
        scan: String,
        reading: Reading,
        purpose: Purpose,
        carried: ByteArray?,
        lookup: LookupPolicy,
    ): Outcome {
        val failures = failures()
        val historyShown = goForward(failures)
        if (forked(failures)) return local(scan, purpose, failures)
        val found = Search(client, scan, reading, purpose, ::now, failures).run(turns(), lookup)
        return when {
            found != null -> found.run {
                Outcome.Answered(judged.verdict, node, proof, this.lookup, judged.opened, historyShown, failures)
            }
            carried != null -> carried(scan, purpose, carried, failures)
            else -> Outcome.NoAnswer(failures)
        }
    }

    /** Asks every node for its newest header: one that hides it is outdone by one that does not. */
    private fun goForward(failures: MutableList<Failure>): Boolean {
        val (height, size) = client.height() to client.historySize()
        val shown = nodes.map { Node(it, timeoutMs) }.parallelStream().map { node ->
            attempt(node, failures) { client.advance(node.update(height, size), now()).historyShown }
        }
        return shown.toList().any { it == true }
    }

    private fun carried(scan: String, purpose: Purpose, proof: ByteArray, failures: List<Failure>): Outcome.Answered {
        val judged = client.judge(scan, proof, now(), Policy(purpose, Mode.CARRIED))
        return Outcome.Answered(judged.verdict, null, proof, Lookup.CARRIED, judged.opened, false, failures)
    }

    /** What needs no proof: a scan that names nothing, and a fork. */
    private fun local(scan: String, purpose: Purpose, failures: List<Failure> = emptyList()): Outcome.Answered {
        val verdict = client.verify(scan, ByteArray(0), now(), Policy(purpose, Mode.ONLINE))
        return Outcome.Answered(verdict, null, null, null, null, false, failures)
    }

    /** Stores what was learnt before the answer is given; one after the other, so that the newest stays. */
    private fun <T> kept(outcome: T): T {
        synchronized(memory) { memory.save(client.memory()) }
        return outcome
    }

    private fun turns() = order(nodes).map { Node(it, timeoutMs) }

    private fun failures(): MutableList<Failure> = Collections.synchronizedList(mutableListOf())

    private fun forked(failures: List<Failure>) = failures.any { it.reason == "trust.fork" }

    /** Half a character, which only a damaged scan has, is no text to other languages. */
    private fun wellFormed(scan: String) = scan.encodeToByteArray().decodeToString()

    private fun now() = nowMs().toULong()

    private inline fun <T> attempt(node: Node, failures: MutableList<Failure>, work: () -> T): T? = try {
        work()
    } catch (refused: ClientException) {
        null.also { failures += Failure(node.address, refused.code) }
    } catch (broken: IOException) {
        null.also { failures += Failure(node.address, broken.reason()) }
    }
}
