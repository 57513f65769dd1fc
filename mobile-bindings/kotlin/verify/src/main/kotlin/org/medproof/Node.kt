package org.medproof

import java.io.ByteArrayOutputStream
import java.io.IOException
import java.io.InputStream
import java.net.HttpURLConnection
import java.net.URI
import java.net.URLEncoder

/** The open paths of one node. What it sends is bytes; nothing here believes them. */
internal class Node(private val address: String, private val timeoutMs: Int) {
    /** What leads from a height and log size to the newest header. */
    fun update(from: ULong, size: ULong): ByteArray = get("/v1/updates?from=$from&size=$size")

    /** A proof for the code, for a client that knows the headers up to a height. */
    fun proof(code: String, have: ULong): ByteArray =
        get("/v1/proofs?code=${URLEncoder.encode(code, "UTF-8")}&have=$have")

    private fun get(path: String): ByteArray {
        val connection = URI(address.trimEnd('/') + path).toURL().openConnection() as HttpURLConnection
        connection.connectTimeout = timeoutMs
        connection.readTimeout = timeoutMs
        // A node that sends the client elsewhere would choose who learns what is asked.
        connection.instanceFollowRedirects = false
        connection.useCaches = false
        try {
            val status = connection.responseCode
            if (status != HttpURLConnection.HTTP_OK) throw IOException("status $status")
            return connection.inputStream.use(::readBounded)
        } finally {
            connection.disconnect()
        }
    }

    /** Reads no more than a proof can be, and no longer than the timeout in all. */
    private fun readBounded(stream: InputStream): ByteArray {
        val deadline = System.nanoTime() + timeoutMs * 1_000_000L
        val bytes = ByteArrayOutputStream()
        val buffer = ByteArray(8_192)
        while (true) {
            val count = stream.read(buffer)
            if (count < 0) return bytes.toByteArray()
            bytes.write(buffer, 0, count)
            if (bytes.size() > MAX_BYTES) throw IOException("more than $MAX_BYTES bytes")
            if (System.nanoTime() > deadline) throw IOException("too slow")
        }
    }

    private companion object {
        const val MAX_BYTES = 16 * 1_024 * 1_024
    }
}
